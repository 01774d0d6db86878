#pragma once
// The TUN interface: one IP packet a read, one a write, each with what the device is to do about it (virtio_header.hpp). A packet is
// a super-packet of up to 64 KiB where the kernel offers it.
#include "buri/base/bytes.hpp"
#include "buri/base/result.hpp"
#include "buri/dataplane/virtio_header.hpp"

#include <sys/uio.h>

#include <optional>
#include <span>
#include <string>

namespace buri::dataplane {

/// What the kernel leaves to the device, and takes from it.
struct tun_offloads {
    bool headers = false;  ///< packets come with a virtio_header; without it nothing of the rest
    bool checksums = false;
    bool tcp = false;  ///< super-packets of TCP over IPv4 and IPv6
    bool udp = false;  ///< and of UDP: Linux 6.2 and later

    bool operator==(const tun_offloads&) const = default;
};

class tun_device {
public:
    /// Opens or makes the interface, with as many of the offloads as the kernel has and `wanted` has. errc::no_tun (no
    /// /dev/net/tun), errc::permission, errc::usage (name taken by another kind of interface, busy or too long), each with what to
    /// do about it.
    static result<tun_device> open(const std::string& name, const tun_offloads& wanted = {true, true, true, true});
    tun_device(tun_device&&) noexcept;
    tun_device& operator=(tun_device&&) noexcept;
    ~tun_device();

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const tun_offloads& offloads() const { return offloads_; }

    /// Bytes read; nothing if there is no packet now. An error means that the interface is gone. To be called by one thread.
    result<std::optional<std::size_t>> read(virtio_header& header, byte_span into);
    /// False if the kernel did not take it. Any thread may call it.
    /// At most max_parts.
    bool write(const virtio_header& header, std::span<const iovec> parts);
    bool write(byte_view packet);

    /// Of one packet in a write.
    static constexpr std::size_t max_parts = 128;

private:
    tun_device(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
    result<void> attach(bool with_headers);
    void negotiate(const tun_offloads& wanted);
    bool write_parts(std::span<const iovec> parts);

    int fd_ = -1;
    std::string name_;
    tun_offloads offloads_;
};

}  // namespace buri::dataplane
