#include "buri/link/way.hpp"

#include "buri/base/host_port.hpp"

namespace buri::link {

std::string to_string(const way& what) {
    if (what.kind == way_kind::tls_via_proxy)
        return "TLS to " + to_string(host_port{what.host, what.port}) + " through the proxy";
    const std::string kind = what.kind == way_kind::tcp ? "TCP" : "TLS";
    const auto at = buri::to_string(what.to);
    if (what.host.empty() || what.host == buri::to_string(what.to.address)) return kind + " to " + at;
    return kind + " to " + what.host + " (" + at + ")";
}

}  // namespace buri::link
