#include "buri/core/mediator/candidates.hpp"
#include "buri/core/mediator/rate_limit.hpp"
#include "buri/core/mediator/suite_choice.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace buri;
using namespace buri::core;
using namespace std::chrono_literals;

TEST_CASE("the suite is the one that both like best") {
    using list = std::vector<std::uint8_t>;
    struct row {
        list a, b;
        bool a_rsa, b_rsa;
        std::vector<suite_id> allowed;
        std::optional<suite_id> expected;
    };
    const std::vector<suite_id> usual{suite_id::aes, suite_id::chacha};
    const std::vector<suite_id> all{suite_id::classic, suite_id::aes, suite_id::chacha};
    const std::vector<row> rows{
        {{2, 3}, {2, 3}, false, false, usual, suite_id::aes},
        {{3, 2}, {3, 2}, false, false, usual, suite_id::chacha},
        {{2, 3}, {3, 2}, false, false, usual, suite_id::chacha},  // equal sums: the higher number
        {{1, 2}, {2, 1}, true, true, all, suite_id::aes},
        {{1, 2, 3}, {3, 2, 1}, true, true, all, suite_id::chacha},
        {{2, 3}, {3}, false, false, usual, suite_id::chacha},
        {{2}, {3}, false, false, usual, std::nullopt},
        {{2, 3}, {3, 2}, false, false, {suite_id::chacha}, suite_id::chacha},
        {{2, 3}, {2, 3}, false, false, {}, std::nullopt},
        {{}, {2, 3}, false, false, usual, std::nullopt},
        {{9, 0, 255, 3}, {3}, false, false, usual, suite_id::chacha},
        {{1, 2}, {1, 2}, true, true, all, suite_id::classic},
        {{1, 2}, {1, 2}, true, true, usual, suite_id::aes},
        {{1, 2}, {1, 2}, true, false, all, suite_id::aes},
        {{1}, {1}, false, true, all, std::nullopt},
        {{3, 9, 9, 2}, {2, 9, 3}, false, false, usual, suite_id::chacha},  // 0 + 2 against 3 + 0
        {{2, 2, 3}, {3, 2}, false, false, usual, suite_id::aes},           // a repeated one counts where it is first
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CAPTURE(i);
        const auto& [a, b, a_rsa, b_rsa, allowed, expected] = rows[i];
        CHECK(choose_suite({a, a_rsa}, {b, b_rsa}, allowed) == expected);
        CHECK(choose_suite({b, b_rsa}, {a, a_rsa}, allowed) == expected);
    }
}

TEST_CASE("candidates that could only do harm are not acceptable") {
    const auto pool = *parse_ip_prefix("100.64.0.0/10");
    const auto ula = *parse_ip_prefix("fd00:1:2:3::/64");
    const auto good = std::to_array({"192.168.1.5:4000", "10.0.0.1:1", "203.0.113.5:65535", "[2001:db8::5]:4000",
                                     "[fd00:1:2:4::1]:4000", "100.128.0.1:4000"});
    const auto bad = std::to_array(
        {"127.0.0.1:4000", "127.255.0.1:4000", "0.0.0.0:4000", "0.1.2.3:4000", "224.0.0.1:4000", "239.1.1.1:4000",
         "255.255.255.255:4000", "240.0.0.1:4000", "169.254.169.254:80", "192.0.2.1:0", "100.64.0.1:4000",
         "100.127.255.254:4000", "[::1]:4000", "[::]:4000", "[ff02::1]:4000", "[fe80::1]:4000",
         "[fd00:1:2:3::6440:1]:4000", "[::ffff:127.0.0.1]:4000", "[::ffff:100.64.0.1]:4000"});
    for (const auto* const text : good) {
        CAPTURE(text);
        CHECK(is_acceptable_candidate(*parse_endpoint(text), pool, ula));
    }
    for (const auto* const text : bad) {
        CAPTURE(text);
        CHECK_FALSE(is_acceptable_candidate(*parse_endpoint(text), pool, ula));
    }
}

TEST_CASE("acceptable candidates keep their order, are told once, and are ten at most") {
    const auto pool = *parse_ip_prefix("100.64.0.0/10");
    const auto ula = *parse_ip_prefix("fd00:1:2:3::/64");
    std::vector<wire::candidate> told;
    for (std::uint16_t port = 20; port > 0; --port) {
        told.push_back({wire::candidate_kind::host, {ip_address::v4(0xc0000201U), port}});
        told.push_back({wire::candidate_kind::mapped, {ip_address::v4(0xc0000201U), port}});
        told.push_back({wire::candidate_kind::host, {ip_address::v4(0x7f000001U), port}});
    }
    const auto accepted = acceptable_candidates(told, pool, ula);
    REQUIRE(accepted.size() == wire::max_candidates);
    CHECK(accepted.front().at.port == 20);
    CHECK(accepted.back().at.port == 11);
}

TEST_CASE("a port of TCP is another candidate than the same of UDP") {
    using kind = wire::candidate_kind;
    const auto at = *parse_endpoint("203.0.113.5:4000");
    const std::vector<wire::candidate> told{{kind::host, at},
                                            {kind::port_mapped, at},
                                            {kind::tcp, at},
                                            {kind::tcp, at},
                                            {kind::tcp, *parse_endpoint("127.0.0.1:4000")}};
    CHECK(acceptable_candidates(told, *parse_ip_prefix("100.64.0.0/10"), *parse_ip_prefix("fd00:1:2:3::/64")) ==
          std::vector<wire::candidate>{{kind::host, at}, {kind::tcp, at}});
}

TEST_CASE("a limit allows a burst and then one act an interval, each key on its own") {
    const time_point start{5h};
    rate_limit limit(3, 30s);
    for (int i = 0; i < 3; ++i)
        CHECK(limit.allow(1, start));
    CHECK_FALSE(limit.allow(1, start));
    CHECK(limit.allow(2, start));
    CHECK(limit.next(1, start) == start + 10s);
    CHECK_FALSE(limit.allow(1, start + 10s - 1ns));
    CHECK(limit.allow(1, start + 10s));
    CHECK_FALSE(limit.allow(1, start + 10s));
    // A long rest gives the burst back, and no more.
    for (int i = 0; i < 3; ++i)
        CHECK(limit.allow(1, start + 24h));
    CHECK_FALSE(limit.allow(1, start + 24h));
}

TEST_CASE("a limit of nothing allows nothing") {
    rate_limit limit(0, 1min);
    CHECK_FALSE(limit.allow(1, time_point{1h}));
}

TEST_CASE("a limit forgets the keys that rest") {
    rate_limit limit(2, 10s);
    time_point now{1h};
    for (std::uint64_t key = 0; key < 100'000; ++key) {
        now += 10ms;
        if (!limit.allow(key, now)) FAIL("key " << key);
    }
    CHECK(limit.size() < 4'096);
}
