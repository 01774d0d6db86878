// A relay among eight ways, five of UDP and three streams, and four nodes. The input pings, binds with tokens of all kinds, sends, ends
// streams, lets time pass and throws bytes. A model that knows the rules and nothing of the tables says where each datagram must go.
#include "buri/core/relay/relay.hpp"

#include "buri/wire/datagram.hpp"
#include "buri/wire/relay_control.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/seeded_random.hpp"

#include <algorithm>
#include <map>

using namespace buri;
using buri::fuzz::require;
using buri::fuzz::take_byte;

namespace {

constexpr std::uint32_t relay_number = 3;
constexpr std::uint32_t nodes = 4;
constexpr std::uint32_t spis = 8;
constexpr std::uint64_t wall_start = 1'800'000'000;

struct keys {
    test::seeded_random random{1};
    crypto::identity_key server = crypto::identity_key::generate_ed25519(random);
    crypto::identity_key stranger = crypto::identity_key::generate_ed25519(random);
};

const keys& all_keys() {
    static const keys made;
    return made;
}

spi spi_number(unsigned number) {
    return {0x80000000U | number % spis << 2U};
}

path_address way_number(unsigned number) {
    const endpoint where{ip_address::v4(0xc6336401U + number % 2), static_cast<std::uint16_t>(4'000 + number % 5)};
    if (number % 8 < 5) return {number % 2, where};
    return {core::first_stream_channel + number % 8, where};
}

/// Signing is slow: each token is made once.
const bytes& token_of(std::uint32_t node, spi in, std::uint64_t expires, bool is_forged) {
    static std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint64_t, bool>, bytes> made;
    auto& token = made[{node, in.value, expires, is_forged}];
    if (token.empty()) {
        const wire::relay_token claims{relay_number, {node}, in, 0, expires};
        const auto& key = is_forged ? all_keys().stranger : all_keys().server;
        token = wire::with_signature(claims, key.sign(suite_id::aes, wire::signed_part(claims)));
    }
    return token;
}

struct model {
    struct node {
        path_address way;
        path_address previous;
        time_point previous_until;
        time_point heard;
        time_point ends;
    };
    struct binding {
        std::uint32_t node = 0;
        time_point ends;
    };
    std::map<std::uint32_t, node> nodes;
    std::map<spi, binding> bindings;

    void forget(std::uint32_t id) {
        nodes.erase(id);
        std::erase_if(bindings, [&](const auto& each) { return each.second.node == id; });
    }
    void bind(const path_address& way, std::uint32_t id, spi in, time_point ends, time_point now) {
        leave(way, id);
        auto& who = nodes[id];
        if (who.way != way) {
            who.previous = who.way;
            who.previous_until = now + std::chrono::seconds(10);
            who.way = way;
        }
        who.heard = now;
        who.ends = std::max(who.ends, ends);
        bindings[in] = {id, ends};
    }
    /// Nobody but `but` is there any more.
    void leave(const path_address& way, std::uint32_t but) {
        for (auto at = nodes.begin(); at != nodes.end();) {
            const auto present = at++;
            if (present->first == but) continue;
            if (present->second.way == way) {
                forget(present->first);
            } else if (present->second.previous == way) {
                present->second.previous = {};
            }
        }
    }
    void pass(time_point now) {
        for (auto at = nodes.begin(); at != nodes.end();) {
            const auto present = at++;
            const bool is_silent = present->second.heard + std::chrono::seconds(60) <= now;
            const bool is_over = is_silent && !core::is_stream(present->second.way);
            if (is_over || present->second.ends <= now) forget(present->first);
        }
    }
    bool hear(const path_address& from, time_point now) {
        for (auto& [id, who] : nodes) {
            if (who.way == from) {
                who.heard = now;
                return true;
            }
            if (who.previous == from && who.previous && who.previous_until > now) return true;
        }
        return false;
    }
    [[nodiscard]] std::optional<path_address> to(spi in, time_point now) const {
        const auto found = bindings.find(in.base());
        if (found == bindings.end() || found->second.ends <= now) return std::nullopt;
        return nodes.at(found->second.node).way;
    }
};

class world {
public:
    void step(byte_view& input) {
        switch (take_byte(input) % 6) {
            case 0:
                return ping(way_number(take_byte(input)));
            case 1:
                return bind(input);
            case 2:
                return send(input);
            case 3:
                return end_stream(way_number(5U + take_byte(input) % 3U));
            case 4:
                return pass(std::chrono::seconds(take_byte(input)));
            default:
                return throw_bytes(input);
        }
    }

private:
    [[nodiscard]] wall_time wall() const {
        return wall_time(std::chrono::seconds(wall_start) + std::chrono::floor<std::chrono::seconds>(now_ - start));
    }
    std::optional<wire::relay_message> control(const path_address& from, byte_view datagram) {
        const auto answer = relay_.on_control(from, datagram, now_, wall());
        if (!answer) return std::nullopt;
        require(answer->size() <= datagram.size(), "no answer is larger than what it answers");
        const auto parsed = wire::parse_relay_message(*answer);
        require(parsed.has_value(), "an answer is relay control");
        return parsed;
    }
    void ping(const path_address& from) {
        model_.hear(from, now_);
        const auto answer = control(from, wire::encode(wire::relay_ping{{1}}));
        require(answer.has_value(), "PING is answered");
        cookies_[from.at] = {std::get<wire::relay_pong>(*answer).cookie, now_};
    }
    void bind(byte_view& input) {
        const auto from = way_number(take_byte(input));
        const auto node = 1 + take_byte(input) % nodes;
        const auto in = spi_number(take_byte(input));
        const auto kind = take_byte(input);
        const auto lasts = kind % 4U * 50U;
        const auto expires = wall_start + std::uint64_t((now_ - start) / std::chrono::seconds(1)) / 50 * 50 + lasts;
        const bool is_forged = kind / 4 % 8 == 0;
        const auto cookie = cookies_[(kind / 32 % 4 == 0 ? way_number(kind) : from).at];
        const auto& token = token_of(node, in, expires, is_forged);
        const auto answer = control(from, wire::encode(wire::relay_bind{cookie.value, token}));
        require(answer.has_value(), "BIND is answered");
        const bool is_bound = std::holds_alternative<wire::relay_bind_ok>(*answer);
        const auto wall_seconds = static_cast<std::uint64_t>(wall().time_since_epoch().count());
        if (!is_bound) return;
        require(!is_forged, "a forged token binds nothing");
        require(expires > wall_seconds, "a token that is over binds nothing");
        if (!core::is_stream(from)) {
            require(cookies_[from.at].value == cookie.value, "a cookie counts where it was given");
            require(now_ - cookies_[from.at].given < std::chrono::minutes(4), "a cookie ends");
        }
        model_.bind(from, node, in, now_ + std::chrono::seconds(expires - wall_seconds), now_);
        require(relay_.bound(in, now_) == from, "BIND OK is true");
    }
    void send(byte_view& input) {
        const auto from = way_number(take_byte(input));
        const auto in = spi_number(take_byte(input));
        bytes datagram(20 + take_byte(input));
        wire::write_datagram_header({in.with_epoch(take_byte(input)), 5}, datagram);
        const bool may = model_.hear(from, now_);
        const auto expected = may ? model_.to(in, now_) : std::nullopt;
        require(relay_.route(from, datagram, now_) == expected, "a datagram goes where the rules say");
    }
    void end_stream(const path_address& way) {
        relay_.on_stream_closed(way);
        model_.leave(way, 0);
    }
    void pass(duration time) {
        const auto until = now_ + time;
        while (relay_.next_deadline() <= until) {
            now_ = std::max(now_, relay_.next_deadline());
            relay_.on_deadline(now_);
            require(relay_.next_deadline() > now_, "a deadline is over once it was met");
        }
        now_ = until;
        model_.pass(now_);
    }
    void throw_bytes(byte_view& input) {
        const auto from = way_number(take_byte(input));
        const std::size_t size = std::min<std::size_t>(take_byte(input), input.size());
        const auto datagram = input.first(size);
        input = input.subspan(size);
        // What is by chance a datagram for somebody is send()'s concern.
        if (wire::parse_relay_message(datagram)) return;
        require(!control(from, datagram), "what is no relay control is not answered");
        if (size < wire::datagram_header_size) {
            model_.hear(from, now_);
            require(!relay_.route(from, datagram, now_), "what has no header goes nowhere");
        }
    }

    struct given_cookie {
        wire::relay_cookie value{};
        time_point given;
    };
    static constexpr time_point start{std::chrono::hours(1)};
    test::seeded_random random_{2};
    time_point now_ = start;
    core::relay relay_{core::relay_settings{.id = relay_number, .server = all_keys().server.public_part()}, random_,
                       now_};
    model model_;
    std::map<endpoint, given_cookie> cookies_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_view input(data, size);
    world present;
    while (!input.empty())
        present.step(input);
    return 0;
}
