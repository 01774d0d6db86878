#pragma once
// What goes with a datagram beside its bytes and its address: cmsg(3).
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace buri::udp {

class control_data {
public:
    /// Room for an address (IP_PKTINFO, IPV6_PKTINFO) and a number (IP_TTL, IPV6_HOPLIMIT).
    static constexpr std::size_t capacity = CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int));

    template <typename T>
    void add(int level, int type, const T& value) {
        static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(in6_pktinfo));
        cmsghdr header{};
        header.cmsg_len = CMSG_LEN(sizeof(T));
        header.cmsg_level = level;
        header.cmsg_type = type;
        std::memcpy(data_.data() + size_, &header, sizeof header);
        std::memcpy(data_.data() + size_ + CMSG_LEN(0), &value, sizeof value);
        size_ += CMSG_SPACE(sizeof(T));
    }

    void attach_to(msghdr& message) {
        message.msg_control = size_ == 0 ? nullptr : data_.data();
        message.msg_controllen = size_;
    }

private:
    alignas(cmsghdr) std::array<unsigned char, capacity> data_{};
    std::size_t size_ = 0;
};

/// True if this is what was given, which is then in `out`.
template <typename T>
bool read_control(const cmsghdr& given, int level, int type, T& out) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (given.cmsg_level != level || given.cmsg_type != type || given.cmsg_len < CMSG_LEN(sizeof(T))) return false;
    std::memcpy(&out, CMSG_DATA(&given), sizeof out);
    return true;
}

}  // namespace buri::udp
