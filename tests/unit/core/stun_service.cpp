#include "buri/core/stun_service.hpp"

#include "buri/wire/stun.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace buri;
using namespace std::chrono_literals;

namespace {

endpoint at(const char* text) {
    return parse_endpoint(text).value();
}
ip_address ip(const char* text) {
    return ip_address::parse(text).value();
}

const auto client = at("203.0.113.7:40000");
const auto first = at("192.0.2.1:17771");
constexpr wire::stun_transaction transaction{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

struct stun_world {
    test::seeded_random random{3};
    core::stun_service service;
    time_point now{1h};

    explicit stun_world(core::stun_addresses own) : service(std::move(own), random) {}
    stun_world() : stun_world({.addresses = {ip("192.0.2.1"), ip("192.0.2.2")}, .ports = {17771, 17772}}) {}

    std::optional<core::stun_answer> ask(const wire::stun_request& request, const endpoint& local = first,
                                         const endpoint& from = client) {
        return service.on_request(local, from, wire::encode_stun_request(request), now);
    }
};

wire::stun_response read(const std::optional<core::stun_answer>& answer) {
    REQUIRE(answer);
    const auto parsed = wire::parse_stun_response(answer->datagram);
    REQUIRE(parsed);
    CHECK(parsed->transaction == transaction);
    return *parsed;
}

bytes bare_request() {
    bytes out{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
    append(out, transaction);
    return out;
}

}  // namespace

TEST_CASE("a STUN answer says what address was seen, where it comes from, and what the other address is") {
    stun_world world;
    const auto answer = world.ask({.transaction = transaction});
    CHECK(read(answer) == wire::stun_response{transaction, client, first, at("192.0.2.2:17772")});
    CHECK(answer->from == first);
    CHECK(answer->to == client);
}

TEST_CASE("a STUN answer leaves from where CHANGE-REQUEST says") {
    struct row {
        const char* local;
        bool address;
        bool port;
        const char* from;
    };
    for (const auto& [local, address, port, from] :
         {row{"192.0.2.1:17771", false, true, "192.0.2.1:17772"},
          row{"192.0.2.1:17771", true, false, "192.0.2.2:17771"}, row{"192.0.2.1:17771", true, true, "192.0.2.2:17772"},
          row{"192.0.2.2:17772", true, true, "192.0.2.1:17771"}}) {
        stun_world world;
        const auto answer =
            world.ask({.transaction = transaction, .change_address = address, .change_port = port}, at(local));
        CHECK(read(answer).origin == at(from));
        CHECK(answer->from == at(from));
        CHECK(answer->to == client);
    }
}

TEST_CASE("RESPONSE-PORT changes where a STUN answer goes, not what it says") {
    stun_world world;
    const auto answer = world.ask({.transaction = transaction, .response_port = 5555});
    CHECK(answer->to == at("203.0.113.7:5555"));
    CHECK(read(answer).mapped == client);
}

TEST_CASE("with one address the port can change, the address is refused, and none is offered") {
    stun_world world({.addresses = {ip("192.0.2.1")}, .ports = {17771, 17772}});
    CHECK_FALSE(read(world.ask({.transaction = transaction})).other);
    const auto changed = world.ask({.transaction = transaction, .change_port = true});
    CHECK(changed->from == at("192.0.2.1:17772"));
    const auto refused = world.ask({.transaction = transaction, .change_address = true});
    REQUIRE(refused);
    CHECK(refused->from == first);
    CHECK(to_hex(refused->datagram) == "011100082112a4420102030405060708090a0b0c0009000400000414");
}

TEST_CASE("an address that is not the service's own has no other") {
    stun_world world;
    CHECK_FALSE(read(world.ask({.transaction = transaction}, at("198.51.100.1:17771"))).other);
    CHECK_FALSE(read(world.ask({.transaction = transaction}, at("192.0.2.1:3478"))).other);
}

TEST_CASE("the other address is of the same family") {
    stun_world world({.addresses = {ip("192.0.2.1"), ip("2001:db8::1"), ip("192.0.2.2"), ip("2001:db8::2")},
                      .ports = {17771, 17772}});
    CHECK(read(world.ask({.transaction = transaction})).other == at("192.0.2.2:17772"));
    const auto v6 = world.ask({.transaction = transaction}, at("[2001:db8::2]:17771"), at("[2001:db8:9::1]:1"));
    CHECK(read(v6).other == at("[2001:db8::1]:17772"));
    CHECK(read(v6).mapped == at("[2001:db8:9::1]:1"));
}

TEST_CASE("no STUN answer is larger than its request, but to the bare one, which gets the mapped address alone") {
    stun_world world;
    const auto bare = world.service.on_request(first, client, bare_request(), world.now);
    CHECK(read(bare) == wire::stun_response{.transaction = transaction, .mapped = client});
    std::size_t most = 0;
    for (std::uint8_t padding = 0; padding < 120; padding += 4) {
        auto request = bare_request();
        request[3] = static_cast<std::uint8_t>(padding + 4);
        append(request, bytes{0x80, 0x22, 0, padding});
        request.resize(request.size() + padding, ' ');
        for (const auto* const source : {"203.0.113.7:40000", "[2001:db8:9::1]:1"}) {
            const auto from = at(source);
            const auto local = from.address.is_v4() ? first : at("[2001:db8::1]:17771");
            world.now += 1s;
            const auto answer = world.service.on_request(local, from, request, world.now);
            if (!answer) {
                CHECK(request.size() < 44);
                continue;
            }
            CHECK(answer->datagram.size() <= request.size());
            most = std::max(most, answer->datagram.size());
        }
    }
    CHECK(most == 68);
}

TEST_CASE("a refusal is not larger than its request either") {
    stun_world world(core::stun_addresses{});
    auto request = bare_request();
    request[3] = 8;
    append(request, bytes{0, 3, 0, 4, 0, 0, 0, 4});
    const auto answer = world.service.on_request(first, client, request, world.now);
    REQUIRE(answer);
    CHECK(answer->datagram.size() == request.size());
}

TEST_CASE("what is no binding request is not answered") {
    stun_world world;
    CHECK_FALSE(world.service.on_request(first, client, {}, world.now));
    const auto response = wire::encode_stun_response({.transaction = transaction, .mapped = client});
    CHECK_FALSE(world.service.on_request(first, client, response, world.now));
    CHECK_FALSE(world.service.on_request(first, client, wire::encode_stun_refusal(transaction), world.now));
}

TEST_CASE("one source gets twenty STUN answers a second, forty at once, and does not use up another's") {
    stun_world world;
    const auto count = [&](const endpoint& from, int times) {
        int answered = 0;
        for (int i = 0; i < times; ++i)
            answered += world.ask({.transaction = transaction}, first, from) ? 1 : 0;
        return answered;
    };
    CHECK(count(client, 100) == 40);
    CHECK(count(at("203.0.113.7:9"), 1) == 0);
    CHECK(count(at("203.0.113.8:40000"), 1) == 1);
    world.now += 1s;
    CHECK(count(client, 100) == 20);
}
