#pragma once
// Two tunnels and a network between them, in virtual time. Each end has a model of the data plane: real keys seal and open, so a
// message that cannot be opened is counted as one.
#include "buri/core/tunnel/tunnel.hpp"
#include "buri/crypto/replay_window.hpp"
#include "buri/crypto/sealing.hpp"
#include "buri/wire/datagram.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace buri::test {

using namespace std::chrono_literals;
using namespace buri::core;

inline endpoint at(const char* text) {
    return *parse_endpoint(text);
}

inline const crypto::identity_key& ed25519_key(std::size_t number) {
    static seeded_random random(4711);
    static std::array<crypto::identity_key, 3> keys{crypto::identity_key::generate_ed25519(random),
                                                    crypto::identity_key::generate_ed25519(random),
                                                    crypto::identity_key::generate_ed25519(random)};
    return keys.at(number);
}

inline const crypto::identity_key& rsa_key(std::size_t number) {
    static std::array<crypto::identity_key, 3> keys{crypto::identity_key::generate_rsa(2048),
                                                    crypto::identity_key::generate_rsa(2048),
                                                    crypto::identity_key::generate_rsa(2048)};
    return keys.at(number);
}

/// Suite 1 with RSA, the others with Ed25519.
inline const crypto::identity_key& key_for(suite_id suite, std::size_t number) {
    return suite == suite_id::classic ? rsa_key(number) : ed25519_key(number);
}

inline constexpr std::array every_suite{suite_id::classic, suite_id::aes, suite_id::chacha};

struct flight {
    endpoint from;
    endpoint to;
    bytes data;
    duration takes = 10ms;
};

inline bool is_clear(const flight& what) {
    return wire::classify(what.data) == wire::datagram_kind::tunnel_clear;
}
inline std::optional<wire::clear_tag> tag_of(const flight& what) {
    if (!is_clear(what) || what.data.size() <= wire::datagram_header_size) return std::nullopt;
    return static_cast<wire::clear_tag>(what.data[wire::datagram_header_size]);
}

/// Sends on to the end whose SPI a datagram carries, if that end has bound.
struct world_relay {
    endpoint where;
    bool alive = true;
    std::set<const void*> bound{};  ///< ends
};

/// A node's tunnel and what lies below it.
struct tunnel_end {
    struct receive_keys {
        crypto::opener open;
        crypto::replay_window window;
        bool confirmed = false;
    };
    struct send_keys {
        std::uint8_t epoch;
        crypto::sealer seal;
        std::uint32_t id = 0;
    };

    tunnel_surroundings around;       ///< outlives the machine
    std::vector<endpoint> addresses;  ///< the first is the source of what it sends
    std::unique_ptr<tunnel> machine;
    std::array<std::optional<receive_keys>, 4> receiving;
    std::optional<send_keys> sending;
    endpoint path;
    channel_id channel = main_channel;  ///< of the path; on others nothing arrives
    traffic_sample sample;
    std::set<endpoint> reported;

    std::vector<std::pair<time_point, tunnel_state>> states;
    std::vector<std::pair<time_point, endpoint>> paths;
    std::vector<std::pair<time_point, std::uint8_t>> send_epochs;
    std::vector<time_point> introductions;
    std::map<endpoint, std::vector<time_point>> probes;
    unsigned dropped_keys = 0;
    unsigned stopped = 0;
    unsigned delivered = 0;   ///< messages of the user
    unsigned unopenable = 0;  ///< sealed messages without keys, or that the keys did not open
    unsigned unsent = 0;
    unsigned dummies = 0;
    std::vector<send_clear> clear;  ///< sent
    std::vector<open_stream> dialled;
    std::vector<std::pair<time_point, channel_id>> closed;
    std::vector<time_point> relays_wanted;
    std::vector<std::pair<time_point, std::uint16_t>> mtus;
    std::vector<wire::tunnel_message> messages;  ///< sent
    time_point first_delivery = never;
    time_point last_delivery = never;
    duration longest_silence{0};  ///< between two deliveries

    [[nodiscard]] bool is_up() const { return machine->state() == tunnel_state::up; }
};

inline wire::tunnel_open offer_for(node_id peer, const crypto::identity_key& peer_key, spi in, spi out, suite_id suite,
                                   std::vector<endpoint> peer_addresses) {
    wire::tunnel_open offer;
    offer.peer = peer;
    offer.nickname = "peer";
    offer.key = peer_key.public_part().blob();
    offer.in = in;
    offer.out = out;
    offer.suite = static_cast<std::uint8_t>(suite);
    offer.punch = bytes(16, 0x5a);
    for (const auto& each : peer_addresses)
        offer.candidates.push_back({wire::candidate_kind::host, each});
    return offer;
}

struct world_settings {
    suite_id suite = suite_id::aes;
    std::uint64_t seed = 1;
    std::vector<endpoint> a{at("192.0.2.1:40001")};
    std::vector<endpoint> b{at("192.0.2.2:40002")};
    bytes punch_of_b = bytes(16, 0x5a);
    std::optional<bool> plain_at_a = std::nullopt;
    std::optional<bool> plain_at_b = std::nullopt;
    /// What becomes of a datagram: nothing, itself, something else, several.
    std::function<std::vector<flight>(const flight&)> network = [](const flight& what) { return std::vector{what}; };
};

/// What send_user() sends: bytes that no ciphertext of these tests happens to hold.
inline constexpr std::array<std::uint8_t, 20> user_packet{0x45, 0, 0, 20, 'p', 'l', 'a', 'i', 'n'};

class world {
public:
    static constexpr spi spi_a{0x80000010};  ///< inbound of a, the initiator
    static constexpr spi spi_b{0x80000020};
    static constexpr node_id id_a{0x64400001};
    static constexpr node_id id_b{0x64400002};

    explicit world(world_settings settings = {}) : random_(settings.seed), now_(time_point{} + 1h) {
        start_ = now_;
        a.addresses = settings.a;
        b.addresses = settings.b;
        const auto suite = settings.suite;
        auto to_a = offer_for(id_b, key_for(suite, 1), spi_a, spi_b, suite, settings.b);
        auto to_b = offer_for(id_a, key_for(suite, 0), spi_b, spi_a, suite, settings.a);
        to_b.punch = settings.punch_of_b;
        to_a.plain = settings.plain_at_a;
        to_b.plain = settings.plain_at_b;
        a.machine = tunnel::make(id_a, key_for(suite, 0), to_a, every_suite, a.around, random_, {}, now_).value();
        b.machine = tunnel::make(id_b, key_for(suite, 1), to_b, every_suite, b.around, random_, {}, now_).value();
        network = settings.network;
        drain(a);
        drain(b);
    }

    tunnel_end a;
    tunnel_end b;
    std::function<std::vector<flight>(const flight&)> network;
    /// Called each `traffic_interval`, if set.
    std::function<void()> traffic;
    duration traffic_interval = 20ms;
    bool sampling = true;
    std::vector<flight> recorded;  ///< everything that was sent
    std::vector<world_relay> relays;

    /// A relay at which both ends are bound from now on.
    world_relay& add_relay(const endpoint& where);
    /// Both ends sent BIND to the relay just now.
    void begin_binding(const endpoint& where);
    /// Tells both ends all relays.
    void tell_relays();
    [[nodiscard]] bool is_relay(const endpoint& where) const;

    [[nodiscard]] time_point now() const { return now_; }
    [[nodiscard]] duration elapsed() const { return now_ - start_; }
    [[nodiscard]] time_point start() const { return start_; }
    seeded_random& random() { return random_; }

    void run_for(duration span) { run_until(now_ + span); }
    void run_until(time_point end);
    /// True as soon as the condition holds; false if it does not within `span`.
    bool run_while_not(const std::function<bool()>& condition, duration span);
    bool come_up(duration within = 5s) {
        return run_while_not([this] { return a.is_up() && b.is_up(); }, within);
    }

    void send_user(tunnel_end& from) {
        if (!from.sending || !from.path) {
            ++from.unsent;
            from.machine->on_send_wanted(now_);
            drain(from);
            return;
        }
        seal_and_send(from, user_packet);
    }
    /// Hands a datagram to an end as if it came from the network.
    void inject(tunnel_end& to, const endpoint& from, byte_view data);
    /// Drains and carries out what the machine wants.
    void drain(tunnel_end& end);
    void take_sample(tunnel_end& end) {
        end.machine->on_traffic(end.sample, now_);
        drain(end);
    }

private:
    void step(time_point end);
    void seal_and_send(tunnel_end& from, byte_view plain);
    void carry_out(tunnel_end& end, tunnel_output& what);
    void launch(tunnel_end& from, const endpoint& to, bytes data);
    tunnel_end* owner(const endpoint& of);
    /// True if a relay took it.
    bool relay_on(const flight& what);
    void fly(const flight& what);
    void note_delivery(tunnel_end& to);
    void receive_sealed(tunnel_end& to, const endpoint& from, bytes data);

    seeded_random random_;
    time_point now_;
    time_point start_;
    time_point next_sample_ = time_point{} + 1h;
    time_point next_traffic_ = time_point{} + 1h;
    std::multimap<time_point, flight> flying_;
};

}  // namespace buri::test
