#pragma once
// The inside of punching: one round at a time, and what is kept between rounds.
#include "buri/core/stun_query.hpp"
#include "buri/core/tunnel/punch.hpp"
#include "buri/core/tunnel/punch_guesses.hpp"
#include "buri/core/tunnel/punch_plan.hpp"
#include "buri/core/tunnel/work_limit.hpp"

#include <deque>

namespace buri::core {

/// Probes to many ports of one address, as fast as the budget allows.
struct guess_run {
    channel_id channel = main_channel;
    ip_address to;
    std::vector<std::uint16_t> ports;
    std::size_t chunk = 0;  ///< at once
    duration gap{0};        ///< between two chunks
    unsigned passes = 1;
    duration pause{0};  ///< between two passes
    std::size_t index = 0;
    time_point next = never;
};

/// One packet from each of many sockets to one endpoint, several times.
struct opener_run {
    endpoint to;
    std::vector<channel_id> channels;
    std::size_t index = 0;
    unsigned pass = 0;
    time_point began;
    time_point next = never;
};

struct punch::parts {
    enum class phase : std::uint8_t { idle, calling, held, preparing, answered, starting, open };

    parts(node_id with, bool first, punch_ground& on, tunnel_surroundings& shared, random_source& source,
          const logger& to)
        : peer(with), is_initiator(first), ground(on), around(shared), random(source), log(to) {}

    // By message.
    void on(const wire::punch& message, time_point now);
    void on(const wire::why& asked, time_point now);
    void on(const wire::why_reply& reply, time_point now);
    void on_call(const wire::punch& message, time_point now);
    void on_answer(const wire::punch& message, time_point now);
    void on_go(const wire::punch& message, time_point now);
    void take_report(const wire::punch& message);

    // A round.
    void call(time_point now);
    void prepare(time_point now);
    void open_fresh(time_point now);
    void go_on(time_point now);
    void open(time_point now);
    void open_predicted(time_point now);
    void finish(wire::punch_outcome outcome, time_point now);
    void schedule(time_point now);
    void urge(time_point now);
    bool say(wire::punch_step step, time_point now);
    void begin_trial(time_point now);
    void advance(time_point now);
    void end_if_over(time_point now);
    /// By what this end has learned since of its own NAT, another round than this one is what may work.
    [[nodiscard]] bool is_misguided() const;
    [[nodiscard]] time_point round_deadline() const;

    // What goes out when it is open.
    void probe_candidates(channel_id through, time_point now);
    void probe(const path_address& to, time_point now);
    void open_window(channel_id through, std::vector<std::uint16_t> ports, time_point now);
    void open_spray_hard(time_point now);
    void open_spray_easy(time_point now);
    bool begin_spray(punch_budget::part which, time_point now);
    void run_guesses(time_point now);
    void run_openers(time_point now);

    // The fresh socket.
    void ask_servers(time_point now);
    void next_server(time_point now);
    [[nodiscard]] bool has_prepared() const;
    /// Those that nothing answers through are closed then.
    void release_channels(time_point check_at);
    void close_unused(time_point now);

    [[nodiscard]] wire::nat_info own_nat() const { return told_of(around.nat, around.may_spray); }
    /// Without spraying if this peer has had its own, or must wait.
    [[nodiscard]] wire::nat_info own_nat_now(time_point now) const;
    void plan();
    void wait_for_spray(time_point now);
    [[nodiscard]] bool may_probe(const endpoint& where) const;
    [[nodiscard]] std::optional<endpoint> guess_base() const;
    [[nodiscard]] std::optional<endpoint> peer_mapped() const;
    [[nodiscard]] bool needs_fresh() const;
    [[nodiscard]] bool is_at_rest() const { return !ground.wants_direct_way() && !ground.is_direct(); }

    const node_id peer;
    const bool is_initiator;
    punch_ground& ground;
    tunnel_surroundings& around;
    random_source& random;
    const logger& log;

    // Between rounds.
    std::optional<wire::nat_info> peer_nat;
    std::vector<wire::candidate> peer_candidates;
    std::optional<endpoint> seen;
    std::uint32_t rounds = 0;  ///< called by this end
    std::uint32_t stage = 0;
    time_point due = time_point::min();
    wire::nat_info known_nat;  ///< own, as of the last round or change
    std::optional<endpoint> known_mapped;
    work_limit calls{std::chrono::seconds(5), 3};     ///< of the peer that are answered
    work_limit urges{std::chrono::seconds(5), 4};     ///< rounds at once for a change
    work_limit windows{std::chrono::seconds(10), 4};  ///< of guessed ports
    work_limit replies{std::chrono::seconds(1), 3};
    std::deque<std::pair<time_point, wire::punch_trial>> trials;
    std::optional<wire::why_reply> peers;
    std::uint64_t asked = 0;       ///< number of the last why
    std::vector<channel_id> kept;  ///< of rounds before, as long as something answers through them
    time_point check_kept = never;

    // The round.
    phase now_in = phase::idle;
    bool is_caller = false;
    std::uint32_t round = 0;
    std::uint32_t round_stage = 0;
    wire::nat_info round_nat;  ///< own, as the peer is told
    punch_strategy strategy = punch_strategy::none;
    time_point began{};        ///< called, or got the call
    bool outdated = false;     ///< this end asked for a round since
    time_point until = never;  ///< of this phase
    duration round_trip{0};
    std::optional<channel_id> fresh;
    std::vector<stun_query> queries;
    std::size_t query = 0;
    std::optional<endpoint> fresh_mapped;  ///< the newest mapping of the fresh socket
    std::optional<endpoint> peer_fresh;
    std::vector<channel_id> channels;  ///< opened in this round
    std::optional<guess_run> guessing;
    std::optional<opener_run> openers;
    bool holds_spray = false;
    bool waits_for_spray = false;  ///< others have theirs
};

}  // namespace buri::core
