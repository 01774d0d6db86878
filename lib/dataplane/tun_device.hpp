#pragma once
// The TUN interface: one IP packet a read, one a write.
#include "buri/base/bytes.hpp"
#include "buri/base/result.hpp"

#include <optional>
#include <string>

namespace buri::dataplane {

class tun_device {
public:
    /// Opens or makes the interface. errc::no_tun (no /dev/net/tun), errc::permission, errc::usage (name taken by
    /// another kind of interface, busy or too long), each with what to do about it.
    static result<tun_device> open(const std::string& name);
    tun_device(tun_device&&) noexcept;
    tun_device& operator=(tun_device&&) noexcept;
    ~tun_device();

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    /// Bytes read; nothing if there is no packet now. An error means that the interface is gone.
    result<std::optional<std::size_t>> read(byte_span into);
    /// False if the kernel did not take it.
    bool write(byte_view packet);

private:
    tun_device(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
    int fd_ = -1;
    std::string name_;
};

}  // namespace buri::dataplane
