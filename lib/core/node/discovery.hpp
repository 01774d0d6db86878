#pragma once
// How this node looks from outside (protocol section 5): STUN binding requests from the node's one socket to each port
// of the server, again every 25 s so that a NAT keeps the mapping and a change is noticed. Sans-I/O.
//
//     idle --start--> asking --all answered or given up--> waiting --25 s, or own addresses changed--> asking
#include "buri/base/endpoint.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/node_machine.hpp"
#include "buri/wire/messages.hpp"
#include "buri/wire/stun.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace buri::core {

class discovery {
public:
    /// NATs that forget after 30 s are common, those that forget earlier are broken (RFC 4787 asks for 2 min).
    static constexpr duration refresh = std::chrono::seconds(25);
    static constexpr duration first_retry = std::chrono::milliseconds(100);
    static constexpr unsigned max_tries = 7;  ///< Rc of RFC 8489 section 6.2.1

    explicit discovery(random_source& random) : random_(random) {}

    void start(time_point now);
    /// What is known stays.
    void stop();
    void on_servers(std::vector<endpoint> servers, time_point now);
    void on_host_endpoints(std::vector<endpoint> hosts, time_point now);
    /// False unless it answers a request of the present round, from where that request went.
    bool on_response(const endpoint& from, const wire::stun_response& response, time_point now);

    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    std::optional<send_plain> poll_output();

    /// Each once, in the order of the servers.
    [[nodiscard]] std::vector<endpoint> mapped() const;
    /// By the answers of IPv4 if there are any, else of IPv6.
    [[nodiscard]] wire::nat_kind nat() const;

private:
    struct query {
        endpoint server;
        std::optional<endpoint> mapped{};
        wire::stun_transaction transaction{};
        unsigned tries = 0;
        time_point next_try = never;  ///< never: not asking
    };

    void begin_round(time_point now);
    void ask(query& which, time_point now);
    [[nodiscard]] bool has_family(const endpoint& server) const;
    [[nodiscard]] std::optional<wire::nat_kind> nat_of_family(bool v4) const;

    random_source& random_;
    bool running_ = false;
    std::vector<endpoint> hosts_;
    std::vector<query> queries_;
    std::deque<send_plain> out_;
    time_point next_round_ = never;
};

}  // namespace buri::core
