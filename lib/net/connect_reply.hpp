#pragma once
// What a proxy answers to CONNECT (RFC 9112 section 4, RFC 9110 section 9.3.6). Pure: bytes in, a verdict out.
#include "buri/base/bytes.hpp"
#include "buri/base/result.hpp"

#include <optional>
#include <string>

namespace buri::net {

class connect_reply {
public:
    static constexpr std::size_t max_header = std::size_t{8} << 10U;

    /// Nothing while the header is not complete. Then success, or errc::server_unreachable with the reason alone: the proxy
    /// wants authentication, forbids this, cannot reach the server, or is no proxy.
    std::optional<result<void>> feed(byte_view data);

private:
    std::string header_;
};

/// The request, with "Proxy-Authorization" if there is a user. `host`: IPv6 without brackets.
std::string connect_request(const std::string& host, std::uint16_t port, const std::string& user,
                            const std::string& password);

}  // namespace buri::net
