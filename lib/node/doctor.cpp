// The facts of `vpn doctor`: what this machine is like, as far as it matters for a VPN.
#include "buri/core/node/doctor.hpp"

#include "buri/net/default_gateway.hpp"
#include "buri/net/name_lookup.hpp"
#include "buri/net/netlink.hpp"
#include "buri/node/node.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace buri::node {
namespace {

std::optional<unsigned> read_number(const std::filesystem::path& file) {
    unsigned value = 0;
    std::ifstream in(file);
    return in >> value ? std::optional(value) : std::nullopt;
}

/// Of net.ipv4.conf.all and the interface's own the higher counts.
bool is_rp_filter_strict(const std::string& interface) {
    const std::filesystem::path conf = "/proc/sys/net/ipv4/conf";
    const auto all = read_number(conf / "all" / "rp_filter");
    const auto own = read_number(conf / interface / "rp_filter");
    return std::max(all.value_or(0), own.value_or(0)) == 1;
}

std::string tun_problem() {
    const int tun = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (tun < 0) return std::string("/dev/net/tun cannot be opened: ") + std::strerror(errno);
    ::close(tun);
    return {};
}

/// Those that others than their owner can read or write, and that hold secrets.
std::vector<std::string> open_files(const std::filesystem::path& state) {
    std::vector<std::string> out;
    for (const auto* const name : {"identity.pem", "node.toml"}) {
        struct stat found {};
        const auto file = state / name;
        const mode_t mask = std::string_view(name) == "identity.pem" ? 077 : 022;
        if (::stat(file.c_str(), &found) == 0 && (found.st_mode & mask) != 0) out.push_back(file.string());
    }
    struct stat found {};
    if (::stat(state.c_str(), &found) == 0 && (found.st_mode & 022) != 0) out.push_back(state.string());
    return out;
}

std::optional<bool> is_clock_synchronised() {
    timex clock{};
    const int state = ::adjtimex(&clock);
    if (state < 0) return std::nullopt;
    return state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
}

std::string uplink_of(const std::string& vpn) {
    for (const auto family : {net::address_family::v4, net::address_family::v6}) {
        const auto found = net::find_default_gateway(family, vpn);
        if (!found || !*found) continue;
        std::array<char, IF_NAMESIZE> name{};
        if (::if_indextoname((*found)->interface, name.data()) != nullptr) return name.data();
    }
    return {};
}

void look_at_host(core::doctor_facts& facts) {
    facts.tun_problem = tun_problem();
    facts.uplink = uplink_of(facts.interface);
    if (!facts.uplink.empty()) facts.uplink_mtu = read_number("/sys/class/net/" + facts.uplink + "/mtu");
    for (const auto& each : {facts.uplink, facts.interface}) {
        if (!each.empty() && is_rp_filter_strict(each)) facts.strict_rp_filter.push_back(each);
    }
    facts.is_clock_synchronised = is_clock_synchronised();
    facts.open_files = open_files(facts.state);
}

std::vector<core::overlapping_route> overlapping_routes(const std::vector<ip_prefix>& own, const std::string& vpn) {
    std::vector<core::overlapping_route> out;
    for (const auto& each : own) {
        const auto found = net::find_overlapping_route(each, vpn);
        if (found && *found) out.push_back({each, (*found)->prefix, (*found)->interface});
    }
    return out;
}

}  // namespace

asio::awaitable<wire::json> node::async_doctor() {
    core::doctor_facts facts;
    facts.interface = interface_.name();
    facts.mtu = interface_.mtu();
    facts.has_interface = interface_.is_configured();
    facts.state = options_.state.string();
    look_at_host(facts);
    // It is up, so the daemon has the device: a file that is gone since does not matter.
    if (facts.has_interface) facts.tun_problem.clear();
    std::vector<ip_prefix> own;
    if (state_.pool) own.push_back(*state_.pool);
    if (state_.ula) own.push_back(*state_.ula);
    facts.routes = overlapping_routes(own, interface_.name());
    facts.server = state_.server->host + ":" + std::to_string(state_.server->port);
    const auto addresses = co_await net::async_look_up(state_.server->host);
    if (!addresses) facts.name_problem = addresses.error().text;
    facts.is_online = machine_.is_online();
    facts.control_way = link_.is_open() ? link_.way() : "";
    if (!facts.is_online) facts.problem = problem_;
    facts.udp_port = udp_port_;
    facts.nat = machine_.nat();
    facts.is_mapped = !machine_.mapped_endpoints().empty();
    facts.mappings = machine_.port_mappings();
    for (const auto& view : machine_.peers()) {
        if (!view.tunnel || !view.tunnel->mtu) continue;
        facts.path_mtu = std::min<unsigned>(facts.path_mtu.value_or(*view.tunnel->mtu), *view.tunnel->mtu);
    }
    co_return core::doctor_json(core::examine(facts));
}

}  // namespace buri::node
