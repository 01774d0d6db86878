#pragma once
// The kernel's routing socket. Answers come at once, so calls block for no longer than a system call does.
#include "buri/base/result.hpp"
#include "buri/net/netlink_message.hpp"

#include <functional>

namespace buri::net {

class netlink_socket {
public:
    /// `groups` as RTMGRP_…: notifications to subscribe to.
    static result<netlink_socket> open(unsigned groups = 0);
    netlink_socket(netlink_socket&& other) noexcept;
    netlink_socket& operator=(netlink_socket&& other) noexcept;
    ~netlink_socket();

    [[nodiscard]] int fd() const { return fd_; }

    /// What the kernel answers: 0, or an errno value.
    int ask(netlink_request& request);
    /// Every message of a dump; 0, or an errno value.
    int dump(netlink_request& request, const std::function<void(const netlink_message&)>& each);
    /// True if a notification waited, or some were lost. Never blocks.
    bool drain();

private:
    explicit netlink_socket(int fd) : fd_(fd) {}
    /// Bytes that the kernel sent, or a negative errno value.
    int receive(int flags);
    /// Nothing while more is to come.
    std::optional<int> read_answers(byte_view received, const std::function<void(const netlink_message&)>& each) const;

    int fd_ = -1;
    std::uint32_t sequence_ = 0;
    bytes buffer_;
};

}  // namespace buri::net
