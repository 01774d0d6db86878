#include "buri/node/host_facts.hpp"

#include "buri/net/default_gateway.hpp"

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

/// CAP_NET_ADMIN is in the set of what the process may do now.
bool may_set_up_networks() {
    constexpr unsigned net_admin = 12;
    std::ifstream in("/proc/self/status");
    for (std::string word; in >> word;) {
        std::uint64_t effective = 0;
        if (word == "CapEff:" && in >> std::hex >> effective) return (effective >> net_admin & 1U) != 0;
    }
    return ::geteuid() == 0;
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

std::vector<std::string> name_servers() {
    std::vector<std::string> out;
    std::ifstream in("/etc/resolv.conf");
    for (std::string word; in >> word;) {
        std::string server;
        if (word == "nameserver" && in >> server) out.push_back(server);
    }
    return out;
}

}  // namespace

void look_at_host(core::doctor_facts& facts) {
    facts.tun_problem = tun_problem();
    facts.may_set_up = may_set_up_networks();
    facts.uplink = uplink_of(facts.interface);
    if (!facts.uplink.empty()) facts.uplink_mtu = read_number("/sys/class/net/" + facts.uplink + "/mtu");
    for (const auto& each : {facts.uplink, facts.interface}) {
        if (!each.empty() && is_rp_filter_strict(each)) facts.strict_rp_filter.push_back(each);
    }
    facts.is_clock_synchronised = is_clock_synchronised();
    facts.open_files = open_files(facts.state);
    facts.name_servers = name_servers();
}

wire::json examine_host(const std::filesystem::path& state, const std::string& interface) {
    core::doctor_facts facts;
    facts.interface = interface;
    facts.state = state.string();
    look_at_host(facts);
    return core::doctor_json(core::examine_host(facts));
}

}  // namespace buri::node
