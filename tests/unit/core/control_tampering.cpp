// The control channel's handshake with every step lost, doubled, cut, changed or late.
#include "tests/unit/core/control_script.hpp"

#include <catch2/catch.hpp>

namespace buri::test::control {
namespace {

/// The steps of the scenario when nobody disturbs it.
std::vector<step> undisturbed(const scenario& what) {
    script channel(what);
    channel.run();
    REQUIRE(channel.both_open());
    return channel.steps();
}

/// Runs the scenario with one step replaced.
script& replay(script& channel, std::size_t number, std::vector<bytes> instead) {
    channel.on_wire = [number, instead](const step& sent) {
        return sent.number == number ? instead : std::vector<bytes>{sent.frame};
    };
    channel.run_out();
    return channel;
}

/// The node is never fooled into an open channel, and the server only if all that it needed came as it was sent.
void check_refused(script& channel, std::size_t number, std::size_t last) {
    CHECK_FALSE(channel.node_open());
    CHECK(channel.node_failure().has_value());
    CHECK(channel.server_open() == (number == last));
    if (number != last) {
        CHECK(channel.server_failure().has_value());
        CHECK(find_event<core::node_authenticated>(channel.server_events) == nullptr);
    }
}

/// Public-key work makes suite 1 slow: its many bytes are sampled.
std::size_t stride_of(const scenario& what, const step& sent) {
    if (what.suite != suite_id::classic) return 1;
    return sent.frame.size() > 64 ? 13 : 1;
}

}  // namespace

TEST_CASE("a lost step ends the handshake at the deadline") {
    for (const auto& what : all_scenarios()) {
        const auto steps = undisturbed(what);
        for (const auto& lost : steps) {
            DYNAMIC_SECTION(what.name() << ", step " << lost.number) {
                script channel(what);
                replay(channel, lost.number, {});
                check_refused(channel, lost.number, steps.size() - 1);
                CHECK(channel.node_failure()->code == errc::timed_out);
            }
        }
    }
}

TEST_CASE("a doubled step closes the channel as out of order") {
    for (const auto& what : all_scenarios()) {
        for (const auto& doubled : undisturbed(what)) {
            DYNAMIC_SECTION(what.name() << ", step " << doubled.number) {
                script channel(what);
                channel.on_wire = [&](const step& sent) {
                    if (sent.number == doubled.number) return std::vector<bytes>{sent.frame, sent.frame};
                    return std::vector<bytes>{sent.frame};
                };
                channel.run_out();
                CHECK_FALSE(channel.both_open());
                const auto at_node = channel.node_failure();
                const auto at_server = channel.server_failure();
                CHECK(((at_node && at_node->code == errc::out_of_order) ||
                       (at_server && at_server->code == errc::out_of_order)));
            }
        }
    }
}

TEST_CASE("a step cut at any length never opens the channel") {
    for (const auto& what : all_scenarios()) {
        DYNAMIC_SECTION(what.name()) {
            const auto steps = undisturbed(what);
            for (const auto& cut : steps) {
                for (std::size_t size = 0; size < cut.frame.size(); size += stride_of(what, cut)) {
                    INFO("step " << cut.number << " cut to " << size << " of " << cut.frame.size());
                    script channel(what);
                    replay(channel, cut.number,
                           {bytes(cut.frame.begin(), cut.frame.begin() + static_cast<long>(size))});
                    check_refused(channel, cut.number, steps.size() - 1);
                }
            }
        }
    }
}

TEST_CASE("a step with one byte changed never opens the channel") {
    for (const auto& what : all_scenarios()) {
        DYNAMIC_SECTION(what.name()) {
            const auto steps = undisturbed(what);
            seeded_random random(7);
            for (const auto& changed : steps) {
                for (std::size_t at = 0; at < changed.frame.size(); at += stride_of(what, changed)) {
                    const auto bit = static_cast<std::uint8_t>(1U << random.below(8));
                    INFO("step " << changed.number << " byte " << at << " xor " << int{bit});
                    script channel(what);
                    channel.on_wire = [&](const step& sent) {
                        auto frame = sent.frame;
                        if (sent.number == changed.number) frame[at] ^= bit;
                        return std::vector<bytes>{frame};
                    };
                    channel.run_out();
                    check_refused(channel, changed.number, steps.size() - 1);
                }
            }
        }
    }
}

TEST_CASE("bytes appended to a step close the channel") {
    for (const auto suite : {suite_id::classic, suite_id::aes}) {
        const scenario what{suite, true};
        for (const auto& longer : undisturbed(what)) {
            DYNAMIC_SECTION(what.name() << ", step " << longer.number) {
                script channel(what);
                channel.on_wire = [&](const step& sent) {
                    auto frame = sent.frame;
                    if (sent.number == longer.number) {
                        frame.push_back(0);
                        const auto size = frame.size() - 4;
                        frame[2] = static_cast<std::uint8_t>(size >> 8U);
                        frame[3] = static_cast<std::uint8_t>(size);
                    }
                    return std::vector<bytes>{frame};
                };
                channel.run_out();
                CHECK_FALSE(channel.node_open());
            }
        }
    }
}

TEST_CASE("a handshake of just under ten seconds is in time, one of ten is not") {
    for (const auto& what : all_scenarios()) {
        DYNAMIC_SECTION(what.name()) {
            const auto steps = undisturbed(what);
            script in_time(what);
            in_time.travel = (core::control_client::handshake_timeout - std::chrono::milliseconds(1)) /
                             static_cast<std::int64_t>(steps.size());
            in_time.run();
            CHECK(in_time.both_open());

            for (const auto& late : steps) {
                INFO("step " << late.number);
                script channel(what);
                channel.on_wire = [&](const step& sent) {
                    if (sent.number == late.number) channel.now += core::control_client::handshake_timeout;
                    return std::vector<bytes>{sent.frame};
                };
                channel.run_out();
                check_refused(channel, late.number, steps.size() - 1);
                CHECK(channel.node_failure()->code == errc::timed_out);
            }
        }
    }
}

TEST_CASE("any step in the place of any other closes the channel") {
    const auto suite = GENERATE(suite_id::classic, suite_id::aes);
    const scenario what{suite, true, suite == suite_id::classic};
    const auto steps = undisturbed(what);
    for (const auto& place : steps) {
        for (const auto& other : steps) {
            if (place.number == other.number) continue;
            INFO("step " << other.number << " in the place of " << place.number);
            script channel(what);
            replay(channel, place.number, {other.frame});
            CHECK_FALSE(channel.both_open());
        }
    }
}

TEST_CASE("after it is open, a lost, doubled, swapped or changed message ends the channel") {
    for (const auto& suite : all_suites()) {
        for (const bool is_up : {true, false}) {
            const auto run_with = [&](auto&& hand) {
                script channel({suite.id});
                channel.run();
                REQUIRE(channel.both_open());
                std::vector<bytes> held;
                channel.on_wire = [&](const step& sent) {
                    held.push_back(sent.frame);
                    return std::vector<bytes>{};
                };
                for (std::uint8_t i = 0; i < 3; ++i) {
                    if (is_up) {
                        channel.node().send(bytes(20, i));
                    } else {
                        channel.server().send(bytes(20, i));
                    }
                }
                channel.run();
                REQUIRE(held.size() == 3);
                hand(held);
                for (const auto& frame : held) {
                    if (is_up) {
                        channel.server().on_bytes(frame, channel.now);
                    } else {
                        channel.node().on_bytes(frame, channel.now);
                    }
                }
                channel.on_wire = nullptr;
                channel.run();
                return is_up ? channel.server_failure() : channel.node_failure();
            };
            DYNAMIC_SECTION(suite.name << (is_up ? " to the server" : " to the node")) {
                CHECK_FALSE(run_with([](auto&) {}));
                CHECK(run_with([](auto& held) { held.erase(held.begin() + 1); })->code == errc::out_of_order);
                CHECK(run_with([](auto& held) { held.insert(held.begin() + 1, held[0]); })->code == errc::out_of_order);
                CHECK(run_with([](auto& held) { std::swap(held[0], held[1]); })->code == errc::out_of_order);
                for (std::size_t at = 4; at < 30; ++at)
                    CHECK(run_with([&](auto& held) { held[1][at] ^= 0x10; }));
            }
        }
    }
}

}  // namespace buri::test::control
