// Proxies and hosts as people write them: what is accepted is shown in a form that reads back the same.
#include "buri/base/proxy_settings.hpp"
#include "tests/fuzz/require.hpp"

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = to_string(byte_view(data, size));
    if (const auto where = parse_host_port(text)) {
        if (where->port != 0) require(parse_host_port(to_string(*where)) == *where, "host and port");
    }
    if (const auto proxy = parse_proxy(text)) {
        const auto again = parse_proxy(to_url(*proxy));
        require(again && *again == *proxy, "proxy");
    }
    proxy_settings excepting;
    excepting.except = text;
    (void)is_excepted(excepting, "vpn.example.org");
    (void)is_excepted(excepting, text);
    return 0;
}
