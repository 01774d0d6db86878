#pragma once
// How this node looks from outside (protocol section 5). The node's one socket asks every STUN server at once; the first answer is the
// mapped address, and all together say what mappings depend on. Further sockets find out the rest (nat_tests.hpp), in the
// background. Then one request in 25 s keeps the mapping alive and notices when it changes; less often once a mapping is known to live
// longer, and none while a relay's PONGs say the same (on_kept_alive). Sans-I/O.
//
//     idle --start--> asking all --answered or given up--> keeping alive --changed, or no answer--> asking all
//
// While the server is away its silence means nothing: what is known stays, and one request after the other goes on.
#include "buri/base/endpoint.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/nat_report.hpp"
#include "buri/core/node/nat_tests.hpp"
#include "buri/core/node_machine.hpp"
#include "buri/core/stun_query.hpp"
#include "buri/wire/messages.hpp"
#include "buri/wire/stun.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace buri::core {

class discovery {
public:
    /// NATs that forget after 30 s are common, those that forget earlier are broken (RFC 4787 asks for 2 min).
    static constexpr duration refresh = std::chrono::seconds(25);
    static constexpr duration longest_refresh = std::chrono::seconds(120);
    /// Without any answer for so long, UDP does not work.
    static constexpr duration blocked_after = std::chrono::milliseconds(700);
    /// By so much a relay's PONG may be late before a STUN server is asked.
    static constexpr duration pong_patience = std::chrono::seconds(2);
    /// Before the lifetime of mappings is tested.
    static constexpr duration stable_for = std::chrono::seconds(60);

    /// `next_channel` numbers further sockets; without it only the mapped address is found out.
    explicit discovery(random_source& random, std::function<channel_id()> next_channel = {});
    discovery(const discovery&) = delete;
    discovery& operator=(const discovery&) = delete;

    /// Asks all at once.
    void start(time_point now);
    /// The connection to the server is lost, until start().
    void on_server_away(time_point now);
    /// Own addresses may be others.
    void on_network_change(time_point now);
    /// Something sent from the main socket came back, so the mapping was used and lives.
    void on_kept_alive(time_point now);
    /// The mapping may be another.
    void on_doubt(time_point now);
    /// The nearest to use first, two ports and two addresses if there are; relays may follow.
    void on_servers(std::vector<endpoint> servers, time_point now);
    void on_host_endpoints(std::vector<endpoint> hosts, time_point now);
    /// What the gateway says that its own address outside is; none: it does not say.
    void on_gateway_address(const std::optional<ip_address>& external);
    /// False unless it answers a request that is under way, from where that request went.
    bool on_response(const path_address& from, const wire::stun_response& response, time_point now);

    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    /// send_plain, open_own_socket and close_own_channel.
    std::optional<node_output> poll_output();

    /// Each once, in the order of the servers.
    [[nodiscard]] std::vector<endpoint> mapped() const;
    /// By the answers of IPv4 if there are any, else of IPv6. Without candidates, which are the caller's to add.
    [[nodiscard]] const nat_report& report() const { return report_; }
    /// True once after the report changed.
    bool take_news();
    [[nodiscard]] wire::nat_kind nat() const;
    /// Between two keepalives of the mapping.
    [[nodiscard]] duration interval() const;

private:
    struct server {
        endpoint at;
        stun_query query;
        std::optional<endpoint> mapped{};
        std::optional<endpoint> other{};  ///< its OTHER-ADDRESS
        bool is_fresh = false;            ///< answered since all were asked last
    };

    void ask_all(time_point now);
    void keep_alive(time_point now);
    [[nodiscard]] duration pause_after_failure() const;
    void give_up(server& silent, time_point now);
    void on_mapped(server& from, const endpoint& mapped, time_point now);
    void on_all_asked(time_point now);
    void test_more(time_point now);
    void forget_tests(time_point now);
    void refresh_report();
    [[nodiscard]] bool is_asking() const;
    [[nodiscard]] bool has_family(const endpoint& server) const;
    [[nodiscard]] const server* nearest(bool v4) const;
    [[nodiscard]] std::optional<bool> family() const;  ///< true: IPv4

    random_source& random_;
    std::deque<node_output> out_;
    nat_tests tests_;
    nat_report report_;
    bool news_ = false;
    bool running_ = false;
    bool away_ = false;       ///< the server may be down, so that its silence says nothing
    bool asked_all_ = false;  ///< the requests under way are to all servers
    bool answered_ = false;   ///< something did, since all were asked last
    bool blocked_ = false;    ///< UDP does not work
    unsigned failures_ = 0;   ///< rounds in a row without an answer
    std::vector<endpoint> hosts_;
    std::optional<ip_address> gateway_;
    std::vector<server> servers_;
    time_point next_round_ = never;
    time_point asked_at_{};
    time_point blocked_at_ = never;
    time_point changed_{};  ///< when the mapped address was last another
};

}  // namespace buri::core
