#include "cli/handlers.hpp"
#include "cli/rows/rows.hpp"

#include <array>

namespace buri::cli {
namespace {

constexpr auto run_options = std::to_array<option_info>({
    {"--server", "", "HOST[:PORT][#SHA256:...]",
     "the mediation server and the fingerprint of its Ed25519 key, as 'vpn server init' printed them; needed once, "
     "then "
     "kept"},
    {"--token-file", "", "FILE", "the token that 'vpn server relay add' printed, on its first line", value_kind::file},
    {"--token", "", "TOKEN", "the token itself; others on this machine can see it"},
    {"--listen-udp", "", "PORT", "by default 17771", value_kind::port},
    {"--listen-tls", "", "PORT", "by default 443, if that can be had", value_kind::port},
    {"--listen-tcp", "", "PORT", "for streams without TLS; by default none", value_kind::port},
    {"--address", "", "ADDRESS[,...]",
     "where nodes reach this machine; by default the address that the server sees it at"},
    {"--max-kbit", "", "N", "kbit/s that the relay carries, of all nodes together; by default without limit",
     value_kind::number},
});

constexpr auto rows = std::to_array<command_info>({
    {"relay run",
     "server",
     "run a relay of a mediation server's fleet",
     {},
     run_options,
     "Carries the traffic of pairs of nodes that cannot reach each other, without a key to it. Joins the fleet of a "
     "mediation server with the token that 'vpn server relay add' printed there, and stays in the foreground until "
     "SIGTERM; tells the service manager (sd_notify) when it serves. Its key and account are in --state, by default "
     "/var/lib/vpn-relay. While the server is away, nodes that are bound stay bound, and the relay comes back by "
     "itself; it ends with an error when the server refuses the token. It answers STUN too. UDP 17771, and TCP 443 for "
     "TLS, must be reachable from outside. HTTPS_PROXY is obeyed on the way to the server.",
     "vpn relay run --server vpn.example.org#SHA256:8JfRzXcVb2nM5kLpQwErTyUiOpAsDfGhJkLzXcVbNm0 --token-file "
     "/etc/vpn-relay.token",
     "",
     {},
     run_relay_run},
});

}  // namespace

std::span<const command_info> relay_rows() {
    return rows;
}

}  // namespace buri::cli
