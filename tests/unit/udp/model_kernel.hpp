#pragma once
// A kernel that takes runs apart as the real one does, and refuses what a test tells it to.
#include "buri/udp/control_data.hpp"
#include "buri/udp/send_run.hpp"
#include "buri/udp/sender.hpp"
#include "buri/udp/socket_address.hpp"

#include <netinet/udp.h>

#include <cerrno>
#include <deque>
#include <functional>
#include <vector>

namespace buri::test {

/// A message as the kernel is given it.
struct sent_message {
    endpoint to;
    bool has_source = false;
    std::size_t segment = 0;  ///< 0: not a run
    bytes data;
};

class model_kernel final : public udp::system_calls {
public:
    int send(int /*fd*/, std::span<mmsghdr> messages) override {
        ++calls;
        if (!script.empty()) {
            const int next = script.front();
            script.pop_front();
            if (next < 0) return next;
            messages = messages.first(std::min(messages.size(), static_cast<std::size_t>(next)));
        }
        int taken = 0;
        for (auto& each : messages) {
            const auto message = read(each.msg_hdr);
            const int code = judge(message);
            if (code != 0) return taken > 0 ? taken : -code;
            deliver(message);
            ++taken;
        }
        return taken;
    }
    int receive(int /*fd*/, std::span<mmsghdr> /*messages*/) override { return -EAGAIN; }
    void wait_writable(int /*fd*/, std::chrono::milliseconds /*longest*/) override { ++waits; }

    /// Of the next calls: -errno, or how many messages are taken at most.
    std::deque<int> script;
    /// 0 or the errno for a message.
    std::function<int(const sent_message&)> judge = [](const sent_message&) { return 0; };
    struct arrived {
        endpoint to;
        bool has_source = false;
        bytes data;
    };
    std::vector<arrived> datagrams;
    std::vector<sent_message> messages_taken;
    int calls = 0;
    int waits = 0;

private:
    static sent_message read(msghdr& header) {
        sent_message out;
        out.to = udp::read_address(*static_cast<udp::socket_address*>(header.msg_name));
        for (std::size_t i = 0; i < header.msg_iovlen; ++i) {
            const auto* const begin = static_cast<const std::uint8_t*>(header.msg_iov[i].iov_base);
            out.data.insert(out.data.end(), begin, begin + header.msg_iov[i].iov_len);
        }
        for (auto* given = CMSG_FIRSTHDR(&header); given != nullptr; given = CMSG_NXTHDR(&header, given)) {
            std::uint16_t segment = 0;
            if (udp::read_control(*given, SOL_UDP, UDP_SEGMENT, segment)) {
                out.segment = segment;
            } else {
                out.has_source = true;
            }
        }
        return out;
    }
    void deliver(const sent_message& message) {
        messages_taken.push_back(message);
        const auto size = message.segment == 0 ? std::max<std::size_t>(1, message.data.size()) : message.segment;
        std::size_t done = 0;
        do {
            const auto end = std::min(message.data.size(), done + size);
            datagrams.push_back(
                {message.to, message.has_source,
                 bytes(message.data.begin() + std::ptrdiff_t(done), message.data.begin() + std::ptrdiff_t(end))});
            done = end;
        } while (done < message.data.size());
    }
};

}  // namespace buri::test
