// One thread that sends and receives, so that a carrier has a processor to itself. It keeps a window of bytes under way: nothing is
// lost in a queue, and the slowest on the way decides. What arrives is counted and not copied.
#include "buri/udp/send_run.hpp"
#include "buri/udp/sender.hpp"
#include "buri/wire/datagram.hpp"
#include "tests/bench/relay_tools/binder.hpp"
#include "tests/bench/relay_tools/turn_client.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>

namespace buri::bench {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::uint32_t source_node = 1;
constexpr std::uint32_t sink_node = 2;

/// What arrived, in bytes, without taking it out of the kernel.
std::size_t count_arrived(int fd) {
    constexpr std::size_t most = 64;
    std::array<mmsghdr, most> messages{};
    std::size_t out = 0;
    for (;;) {
        const int came = ::recvmmsg(fd, messages.data(), most, MSG_DONTWAIT | MSG_TRUNC, nullptr);
        for (int i = 0; i < came; ++i)
            out += messages[static_cast<std::size_t>(i)].msg_len;
        if (came < static_cast<int>(most)) return out;
    }
}

class load {
public:
    explicit load(const load_options& options)
        : options_(options), sink_(udp::datagram_socket::open(options.sink).value()) {
        const endpoint carrier = at(options.carrier);
        if (options.via == "buri") {
            bind_node(source_, carrier, source_node);
            bind_node(sink_, carrier, sink_node);
        } else if (options.via == "turn") {
            open_turn_channel(source_, carrier, at(options.sink));
            header_ = turn_header_size;
        }
        sink_.coalesce_received();
        fill_train();
    }

    /// Bytes that arrived and bytes that were lost, in so much time.
    void run() {
        const auto begin = clock::now();
        const auto end = begin + std::chrono::duration<double>(options_.seconds);
        while (clock::now() < end)
            step();
        const std::chrono::duration<double> took = clock::now() - begin;
        std::cout << "{\"bytes\": " << arrived_ << ", \"lost\": " << lost_ << ", \"seconds\": " << took.count()
                  << "}\n";
    }

private:
    static endpoint at(std::uint16_t port) { return {ip_address::v4(INADDR_LOOPBACK), port}; }

    void fill_train() {
        const auto size = options_.size + header_;
        count_ = std::min<std::size_t>(udp::send_run::max_datagrams, udp::send_run::max_v4_bytes / size);
        count_ = std::max<std::size_t>(1, std::min(count_, options_.window / options_.size));
        for (std::size_t i = 0; i < count_; ++i) {
            bytes one(size, 0x55);
            if (options_.via == "turn") {
                wire::writer start;
                start.u16(turn_channel).u16(static_cast<std::uint16_t>(options_.size));
                std::ranges::copy(start.data(), one.begin());
            } else {
                wire::write_datagram_header({spi_of(sink_node), 1}, one);
            }
            append(train_, one);
        }
    }

    void step() {
        while (under_way_ + count_ * options_.size <= options_.window) {
            out_.add(source_, at(options_.carrier), {}, train_, options_.size + header_);
            under_way_ += count_ * options_.size;
        }
        out_.flush();
        const auto came = count_arrived(sink_.fd());
        arrived_ += came;
        under_way_ -= std::min(under_way_, came);
        if (came > 0) return;
        pollfd polled{sink_.fd(), POLLIN, 0};
        if (::poll(&polled, 1, 20) > 0) return;
        lost_ += under_way_;
        under_way_ = 0;
    }

    load_options options_;
    udp::datagram_socket source_ = udp::datagram_socket::open(0).value();
    udp::datagram_socket sink_;
    udp::sender out_;
    std::size_t header_ = 0;
    bytes train_;
    std::size_t count_ = 1;  ///< datagrams in it
    std::size_t under_way_ = 0;
    std::size_t arrived_ = 0;
    std::size_t lost_ = 0;
};

}  // namespace

int run_load(const load_options& options) {
    load(options).run();
    return 0;
}

}  // namespace buri::bench
