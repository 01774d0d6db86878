#include "buri/net/upnp_igd.hpp"

#include <fcntl.h>
#include <sys/select.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <miniupnpc/miniupnpc.h>
#include <miniupnpc/upnpcommands.h>
#include <miniupnpc/upnperrors.h>
#include <utility>

namespace buri::net {
namespace {

constexpr int discovery_milliseconds = 1000;
/// Other external ports than the wanted one that are tried at a gateway that does not choose one itself.
constexpr unsigned other_ports = 4;
constexpr unsigned first_other_port = 1024;
constexpr const char* description = "Buri VPN";

/// Errors of IGD 1 and 2, WANIPConnection, AddPortMapping.
constexpr int invalid_action = 401;
constexpr int action_failed = 501;
constexpr int conflict = 718;
constexpr int only_permanent_leases = 725;

/// IGD 2 has AddAnyPortMapping.
constexpr std::string_view chooses_ports = "urn:schemas-upnp-org:service:WANIPConnection:2";

struct free_devices {
    void operator()(UPNPDev* list) const { freeUPNPDevlist(list); }
};
using device_list = std::unique_ptr<UPNPDev, free_devices>;

/// A description that was fetched.
class igd {
public:
    igd() = default;
    igd(const igd&) = delete;
    igd& operator=(const igd&) = delete;
    ~igd() { FreeUPNPUrls(&urls_); }

    /// Nothing unless it has a connection to the internet to control.
    std::optional<upnp_device> fetch(const char* description_url) {
        std::array<char, 64> own{};
        const int done = UPNP_GetIGDFromUrl(description_url, &urls_, &data_, own.data(), static_cast<int>(own.size()));
        if (done != 1 || urls_.controlURL == nullptr) return std::nullopt;
        const std::string_view type = data_.first.servicetype;
        if (!type.starts_with("urn:schemas-upnp-org:service:WANIPConnection:") &&
            !type.starts_with("urn:schemas-upnp-org:service:WANPPPConnection:")) {
            return std::nullopt;
        }
        return upnp_device{urls_.controlURL, std::string(type)};
    }

private:
    UPNPUrls urls_{};
    IGDdatas data_{};
};

std::string why(int code) {
    const char* text = strupnperror(code);
    return "UPnP error " + std::to_string(code) + (text != nullptr ? std::string(" ") + text : std::string());
}

std::string name_of(upnp_protocol protocol) {
    return protocol == upnp_protocol::udp ? "UDP" : "TCP";
}

class conversation {
public:
    conversation(const upnp_task& task, const std::atomic<bool>& is_abandoned)
        : task_(task), is_abandoned_(is_abandoned), own_(to_string(task.where.own)) {}

    upnp_result run();

private:
    bool find_device();
    bool is_allowed(const char* url);
    bool use(const char* description_url);
    std::optional<ip_address> external_address();
    void remove(const upnp_mapping& what);
    void remove_all();
    void map(const upnp_port& port, const ip_address& external);
    /// The external port and the lease, or the code of the error.
    struct added {
        int code = 0;
        std::uint16_t port = 0;
        std::uint32_t lease = 0;
    };
    added add(const upnp_port& port, std::uint32_t lease);
    added add_chosen_by_gateway(const upnp_port& port, std::uint32_t lease);
    int add_at(std::uint16_t external, const upnp_port& port, std::uint32_t lease);

    const upnp_task& task_;
    const std::atomic<bool>& is_abandoned_;
    std::string own_;
    upnp_result out_;
};

bool conversation::is_allowed(const char* url) {
    const auto host = url != nullptr ? host_of_url(url) : std::nullopt;
    if (host && (*host == task_.where.address || task_.where.network.contains(*host))) return true;
    out_.has_answered = true;
    out_.failure =
        "what answers for the gateway is not on its network (" + (host ? to_string(*host) : "no address") + ")";
    return false;
}

bool conversation::use(const char* description_url) {
    if (is_abandoned_ || !is_allowed(description_url)) return false;
    const auto device = igd().fetch(description_url);
    if (!device || !is_allowed(device->control_url.c_str())) return false;
    out_.device = *device;
    out_.has_answered = true;
    out_.failure.clear();
    return true;
}

bool conversation::find_device() {
    constexpr std::array<const char*, 3> types = {"urn:schemas-upnp-org:device:InternetGatewayDevice:1",
                                                  "urn:schemas-upnp-org:device:InternetGatewayDevice:2", nullptr};
    int problem = 0;
    // An empty path: no daemon is asked what it has heard before. A hop limit of 1: nobody beyond this network hears it.
    const device_list found(
        upnpDiscoverDevices(types.data(), discovery_milliseconds, own_.c_str(), "", 0, 0, 1, &problem, 0));
    std::vector<const char*> urls;
    for (const auto* each = found.get(); each != nullptr; each = each->pNext) {
        const bool is_known = std::ranges::any_of(urls, [&](std::string_view url) { return url == each->descURL; });
        if (!is_known) urls.push_back(each->descURL);
    }
    std::ranges::stable_partition(urls, [&](const char* url) { return host_of_url(url) == task_.where.address; });
    constexpr std::size_t most = 4;
    urls.resize(std::min(urls.size(), most));
    return std::ranges::any_of(urls, [&](const char* url) { return use(url); });
}

std::optional<ip_address> conversation::external_address() {
    std::array<char, 64> text{};
    const int code =
        UPNP_GetExternalIPAddress(out_.device.control_url.c_str(), out_.device.service.c_str(), text.data());
    if (code < UPNPCOMMAND_SUCCESS) {
        out_ = {};  // no answer, or none that makes sense
        return std::nullopt;
    }
    out_.has_answered = true;
    const auto address = ip_address::parse(text.data());
    if (code == UPNPCOMMAND_SUCCESS && address && address->is_v4()) return *address;
    const auto detail = code == UPNPCOMMAND_SUCCESS ? std::string() : ": " + why(code);
    out_.failure = "the gateway does not tell its external address" + detail;
    return std::nullopt;
}

int conversation::add_at(std::uint16_t external, const upnp_port& port, std::uint32_t lease) {
    const auto outside = std::to_string(external);
    const auto inside = std::to_string(port.internal);
    const auto protocol = name_of(port.protocol);
    const auto seconds = std::to_string(lease);
    return UPNP_AddPortMapping(out_.device.control_url.c_str(), out_.device.service.c_str(), outside.c_str(),
                               inside.c_str(), own_.c_str(), description, protocol.c_str(), nullptr, seconds.c_str());
}

conversation::added conversation::add_chosen_by_gateway(const upnp_port& port, std::uint32_t lease) {
    const auto outside = std::to_string(port.wanted);
    const auto inside = std::to_string(port.internal);
    const auto protocol = name_of(port.protocol);
    const auto seconds = std::to_string(lease);
    std::array<char, 8> reserved{};
    const int code = UPNP_AddAnyPortMapping(out_.device.control_url.c_str(), out_.device.service.c_str(),
                                            outside.c_str(), inside.c_str(), own_.c_str(), description,
                                            protocol.c_str(), nullptr, seconds.c_str(), reserved.data());
    added out{code, 0, lease};
    const std::string_view text = reserved.data();
    std::from_chars(text.data(), text.data() + text.size(), out.port);
    if (code == UPNPCOMMAND_SUCCESS && out.port == 0) out.code = UPNPCOMMAND_INVALID_RESPONSE;
    return out;
}

conversation::added conversation::add(const upnp_port& port, std::uint32_t lease) {
    if (out_.device.service == chooses_ports) {
        const auto chosen = add_chosen_by_gateway(port, lease);
        if (chosen.code != invalid_action && chosen.code != action_failed) return chosen;
    }
    auto external = port.wanted;
    added out;
    for (unsigned tries = 0; tries <= other_ports && !is_abandoned_; ++tries) {
        out = {add_at(external, port, lease), external, lease};
        if (out.code != conflict) break;
        // Far from the wanted one, where other programs of the same kind look too.
        external = static_cast<std::uint16_t>(first_other_port + (port.wanted + (tries + 1) * 20011U) % 64000U);
    }
    return out;
}

void conversation::map(const upnp_port& port, const ip_address& external) {
    auto done = add(port, task_.lease);
    if (done.code == only_permanent_leases) done = add(port, 0);
    if (done.code != UPNPCOMMAND_SUCCESS) {
        out_.failure = why(done.code);
        return;
    }
    out_.mapped.push_back({port.protocol, {external, done.port}, done.lease});
}

void conversation::remove(const upnp_mapping& what) {
    const auto outside = std::to_string(what.external.port);
    const auto protocol = name_of(what.protocol);
    const int code = UPNP_DeletePortMapping(out_.device.control_url.c_str(), out_.device.service.c_str(),
                                            outside.c_str(), protocol.c_str(), nullptr);
    if (code != UPNPCOMMAND_SUCCESS) out_.failure = why(code);
}

void conversation::remove_all() {
    for (const auto& each : task_.to_remove) {
        if (!is_abandoned_) remove(each);
    }
}

upnp_result conversation::run() {
    std::optional<ip_address> external;
    if (task_.device.is_known() && is_allowed(task_.device.control_url.c_str())) {
        out_.device = task_.device;
        remove_all();
        if (task_.ports.empty()) return std::move(out_);
        external = external_address();
    }
    if (!out_.has_answered && !is_abandoned_ && find_device()) {
        remove_all();
        if (!task_.ports.empty()) external = external_address();
    }
    if (!external) return std::move(out_);
    for (const auto& each : task_.ports) {
        if (!is_abandoned_) map(each, *external);
    }
    return std::move(out_);
}

/// libminiupnpc waits with select(), which ends the process for a descriptor of FD_SETSIZE and above. Half of that leaves room
/// for what is opened during the conversation.
bool can_select() {
    const int lowest = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (lowest < 0) return false;
    ::close(lowest);
    return lowest < FD_SETSIZE / 2;
}

}  // namespace

upnp_result talk_to_igd(const upnp_task& task, const std::atomic<bool>& is_abandoned) {
    if (!can_select()) return {.has_answered = false, .device = {}, .failure = "too many files are open", .mapped = {}};
    return conversation(task, is_abandoned).run();
}

}  // namespace buri::net
