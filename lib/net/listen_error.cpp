#include "buri/net/listen_error.hpp"

namespace buri::net {

error listen_error(std::string_view protocol, const endpoint& local, const asio::error_code& problem) {
    const auto what = "cannot listen on " + std::string(protocol) + " " + to_string(local) + ": ";
    if (problem == asio::error::address_in_use) {
        return make_error(
            errc::port_in_use,
            what + "another program already uses this port. Stop it (see 'ss -lnp') or name another port.");
    }
    if (problem == asio::error::access_denied || problem == asio::error::no_permission) {
        return make_error(errc::permission, what + "ports below 1024 need root or CAP_NET_BIND_SERVICE.");
    }
    return make_error(errc::config, what + problem.message() + ". Check the addresses in 'bind'.");
}

}  // namespace buri::net
