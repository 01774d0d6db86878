#include "buri/dataplane/tun_device.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace buri::dataplane {
namespace {

constexpr auto device = "/dev/net/tun";

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

result<tun_device> tun_device::open(const std::string& name) {
    if (!is_interface_name(name)) {
        return fail(errc::usage,
                    "'" + name + "' is no name for an interface: 1 to 15 characters, without spaces and / : %");
    }
    tun_device made(::open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC), name);
    if (made.fd_ < 0) return fail(device_error(errno));

    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    std::ranges::copy(name, std::begin(request.ifr_name));
    if (::ioctl(made.fd_, TUNSETIFF, &request) != 0) return fail(interface_error(name, errno));
    return made;
}

tun_device::tun_device(tun_device&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)) {}

tun_device& tun_device::operator=(tun_device&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(name_, other.name_);
    return *this;
}

tun_device::~tun_device() {
    if (fd_ >= 0) ::close(fd_);
}

result<std::optional<std::size_t>> tun_device::read(byte_span into) {
    for (;;) {
        const auto size = ::read(fd_, into.data(), into.size());
        if (size > 0) return static_cast<std::size_t>(size);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)) return std::nullopt;
        const auto why = size == 0 ? std::string("end of file") : std::generic_category().message(errno);
        return fail(errc::no_tun, "the interface " + name_ + " is gone: " + why);
    }
}

bool tun_device::write(byte_view packet) {
    for (;;) {
        const auto written = ::write(fd_, packet.data(), packet.size());
        if (written >= 0) return static_cast<std::size_t>(written) == packet.size();
        if (errno != EINTR) return false;
    }
}

}  // namespace buri::dataplane
