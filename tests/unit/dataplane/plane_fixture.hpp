#pragma once
// A plane with a real interface and a real socket, seen from all sides: control, the machine, the other nodes.
#include "buri/dataplane/plane.hpp"
#include "tests/support/network_namespace.hpp"
#include "tests/unit/dataplane/packet_tap.hpp"

#include <poll.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace buri::test {

inline constexpr std::chrono::seconds patience{10};

inline const ip_address loopback = ip_address::v4(0x7f000001);

/// A socket of somebody else.
class other_socket {
public:
    [[nodiscard]] endpoint where() const { return {loopback, socket_.port()}; }
    bool send(const endpoint& to, byte_view datagram) { return socket_.send(to, datagram) == udp::send_outcome::taken; }
    /// Nothing if none comes in time.
    std::optional<bytes> receive() {
        pollfd polled{socket_.fd(), POLLIN, 0};
        if (::poll(&polled, 1, 10'000) != 1) return std::nullopt;
        return receive_now();
    }
    std::optional<bytes> receive_now() {
        bytes into(65536);
        const auto got = socket_.receive(into);
        if (!got) return std::nullopt;
        into.resize(got->size);
        return into;
    }
    [[nodiscard]] int fd() const { return socket_.fd(); }

private:
    udp::datagram_socket socket_ = udp::datagram_socket::open(0).value();
};

/// Interface and socket before the plane has them.
class plane_parts {
public:
    explicit plane_parts(const std::string& interface)
        : tun(dataplane::tun_device::open(interface).value()), socket(udp::datagram_socket::open(0).value()) {
        network_namespace::bring_up(interface);
    }
    [[nodiscard]] endpoint where() const { return {loopback, socket.port()}; }

    dataplane::tun_device tun;
    udp::datagram_socket socket;
};

class observed_plane {
public:
    explicit observed_plane(plane_parts parts)
        : where(parts.where()),
          tap(parts.tun.name()),
          plane(std::make_unique<dataplane::plane>(
              std::move(parts.tun), std::move(parts.socket), [this] { on_reports(); }, logger())) {}

    void install(const tunnel_end& end) { plane->post(dataplane::install_snapshot{end.snapshot()}); }

    /// Returns when everything posted before was carried out.
    bool settle() {
        plane->post(dataplane::send_datagram{control_.where(), bytes(1)});
        return control_.receive().has_value();
    }

    /// The next report of this kind; nothing if none comes in time.
    template <typename Report>
    std::optional<Report> wait_for() {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        std::unique_lock lock(mutex_);
        for (;;) {
            for (auto& what : plane->take_reports())
                reports_.push_back(std::move(what));
            for (auto i = reports_.begin(); i != reports_.end(); ++i) {
                if (!std::holds_alternative<Report>(*i)) continue;
                auto found = std::get<Report>(std::move(*i));
                reports_.erase(i);
                return found;
            }
            if (wakes_ == 0 && changed_.wait_until(lock, deadline) == std::cv_status::timeout) return std::nullopt;
            wakes_ = 0;
        }
    }
    /// How many of this kind wait now.
    template <typename Report>
    std::size_t count() {
        for (auto& what : plane->take_reports())
            reports_.push_back(std::move(what));
        return static_cast<std::size_t>(std::ranges::count_if(
            reports_, [](const dataplane::report& what) { return std::holds_alternative<Report>(what); }));
    }

    endpoint where;
    packet_tap tap;

private:
    void on_reports() {
        const std::lock_guard lock(mutex_);
        ++wakes_;
        changed_.notify_all();
    }

    other_socket control_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int wakes_ = 0;
    std::vector<dataplane::report> reports_;

public:
    std::unique_ptr<dataplane::plane> plane;  ///< the first to go
};

/// Two nodes of one machine, in a network of their own.
class plane_pair : public linked_pair {
public:
    explicit plane_pair(suite_id with = suite_id::aes) : linked_pair(with) {
        alice.link.path = bob_side.where;
        bob.link.path = alice_side.where;
        alice_side.install(alice);
        bob_side.install(bob);
        if (!alice_side.settle() || !bob_side.settle()) throw std::runtime_error("the data plane does not start");
    }

private:
    network_namespace alone_;
    bool quiet_ = (turn_off_v6(), true);

public:
    observed_plane alice_side{plane_parts("alice")};
    observed_plane bob_side{plane_parts("bob")};
};

}  // namespace buri::test
