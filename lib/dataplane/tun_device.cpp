#include "buri/dataplane/tun_device.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace buri::dataplane {
namespace {

constexpr auto device = "/dev/net/tun";

/// TUN_F_USO4 and TUN_F_USO6, which Debian 12's headers lack.
constexpr unsigned offload_uso_v4 = 0x20;
constexpr unsigned offload_uso_v6 = 0x40;

/// The kernel's rule for names, without '%', which would make it choose one.
bool is_interface_name(const std::string& name) {
    const auto is_bad = [](char c) { return c <= ' ' || c > '~' || c == '/' || c == ':' || c == '%'; };
    return !name.empty() && name.size() < IFNAMSIZ && name != "." && name != ".." && std::ranges::none_of(name, is_bad);
}

error device_error(int code) {
    if (code == ENOENT || code == ENODEV || code == ENXIO || code == ENOTDIR) {
        return make_error(errc::no_tun,
                          std::string("there is no ") + device +
                              ": load the module with 'modprobe tun', or give the container the device with "
                              "'--device /dev/net/tun --cap-add NET_ADMIN'");
    }
    if (code == EACCES || code == EPERM) {
        return make_error(errc::permission, std::string(device) +
                                                " cannot be opened: run as root, or allow this user the device "
                                                "and give the program CAP_NET_ADMIN");
    }
    return make_error(errc::no_tun,
                      std::string(device) + " cannot be opened: " + std::generic_category().message(code));
}

error interface_error(const std::string& name, int code) {
    if (code == EPERM || code == EACCES) {
        return make_error(errc::permission, "the interface " + name +
                                                " cannot be made: that needs root or CAP_NET_ADMIN (in a "
                                                "container '--cap-add NET_ADMIN')");
    }
    if (code == EBUSY) {
        return make_error(errc::usage, "the interface " + name +
                                           " is in use by another program; stop that program, or set "
                                           "another 'interface' in the configuration");
    }
    if (code == EINVAL || code == EEXIST) {
        return make_error(errc::usage, "there is an interface " + name +
                                           " of another kind; remove it, or set another 'interface' "
                                           "in the configuration");
    }
    return make_error(errc::no_tun,
                      "the interface " + name + " cannot be made: " + std::generic_category().message(code));
}

}  // namespace

result<tun_device> tun_device::open(const std::string& name, const tun_offloads& wanted) {
    if (!is_interface_name(name)) {
        return fail(errc::usage,
                    "'" + name + "' is no name for an interface: 1 to 15 characters, without spaces and / : %");
    }
    tun_device made(::open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC), name);
    if (made.fd_ < 0) return fail(device_error(errno));

    if (const auto attached = made.attach(wanted.headers); !attached) return fail(attached.error());
    made.negotiate(wanted);
    return made;
}

/// With headers before the packets where the kernel has them, without otherwise.
result<void> tun_device::attach(bool with_headers) {
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (with_headers) request.ifr_flags |= IFF_VNET_HDR;
    std::ranges::copy(name_, std::begin(request.ifr_name));
    if (::ioctl(fd_, TUNSETIFF, &request) != 0) {
        const int code = errno;
        if (with_headers && code == EINVAL) return attach(false);
        return fail(interface_error(name_, code));
    }
    int size = sizeof(virtio_header);
    offloads_.headers = with_headers && ::ioctl(fd_, TUNSETVNETHDRSZ, &size) == 0;
    if (with_headers && !offloads_.headers) return attach(false);
    return {};
}

/// The kernel takes a set or refuses it whole, so the newest are asked for last.
void tun_device::negotiate(const tun_offloads& wanted) {
    if (!offloads_.headers) return;
    unsigned flags = 0;
    const auto add = [&](bool is_wanted, unsigned more) {
        if (!is_wanted || ::ioctl(fd_, TUNSETOFFLOAD, flags | more) != 0) return false;
        flags |= more;
        return true;
    };
    offloads_.checksums = add(wanted.checksums, TUN_F_CSUM);
    offloads_.tcp = offloads_.checksums && add(wanted.tcp, TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN);
    offloads_.udp = offloads_.tcp && add(wanted.udp, offload_uso_v4 | offload_uso_v6);
    // A device that was there before keeps what it was set to.
    if (flags == 0) (void)::ioctl(fd_, TUNSETOFFLOAD, 0U);
}

tun_device::tun_device(tun_device&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)), offloads_(other.offloads_) {}

tun_device& tun_device::operator=(tun_device&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(name_, other.name_);
    std::swap(offloads_, other.offloads_);
    return *this;
}

tun_device::~tun_device() {
    if (fd_ >= 0) ::close(fd_);
}

result<std::optional<std::size_t>> tun_device::read(virtio_header& header, byte_span into) {
    header = {};
    const std::size_t before = offloads_.headers ? sizeof header : 0;
    std::array<iovec, 2> parts{{{&header, before}, {into.data(), into.size()}}};
    for (;;) {
        const auto size = ::readv(fd_, parts.data(), parts.size());
        if (size > 0 && static_cast<std::size_t>(size) > before) return static_cast<std::size_t>(size) - before;
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)) return std::nullopt;
        const auto why = size >= 0 ? std::string("end of file") : std::generic_category().message(errno);
        return fail(errc::no_tun, "the interface " + name_ + " is gone: " + why);
    }
}

bool tun_device::write(const virtio_header& header, std::span<const iovec> parts) {
    std::array<iovec, 1 + max_parts> all;
    if (parts.size() > max_parts) return false;
    // The kernel only reads it.
    all[0] = {const_cast<virtio_header*>(&header), sizeof header};  // NOLINT(*-const-cast)
    std::ranges::copy(parts, all.begin() + 1);
    const auto skipped = offloads_.headers ? 0U : 1U;
    return write_parts(std::span(all).subspan(skipped, 1 - skipped + parts.size()));
}

bool tun_device::write(byte_view packet) {
    const iovec part{const_cast<std::uint8_t*>(packet.data()), packet.size()};  // NOLINT(*-const-cast)
    return write({}, {&part, 1});
}

bool tun_device::write_parts(std::span<const iovec> parts) {
    std::size_t size = 0;
    for (const auto& part : parts)
        size += part.iov_len;
    for (;;) {
        const auto written = ::writev(fd_, parts.data(), static_cast<int>(parts.size()));
        if (written >= 0) return static_cast<std::size_t>(written) == size;
        if (errno != EINTR) return false;
    }
}

}  // namespace buri::dataplane
