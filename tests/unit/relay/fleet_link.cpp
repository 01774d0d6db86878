// A relay and the server of its fleet, which is the real machine of the control channel and a script.
#include "buri/relay/fleet_link.hpp"

#include "buri/core/control/control_server.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tokens.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/unit/relay/relay_fixture.hpp"

#include <array>
#include <list>

using namespace buri;
using namespace buri::test;

namespace {

const bytes good_token{'g', 'o', 'o', 'd'};
constexpr node_id account{0x64400009};

const core::server_host_keys& host_keys() {
    static crypto::system_random random;
    static const core::server_host_keys keys{crypto::identity_key::generate_ed25519(random),
                                             crypto::identity_key::generate_rsa(2048)};
    return keys;
}

class fleet_server {
public:
    explicit fleet_server(asio::io_context& context)
        : context_(context),
          acceptor_(context, {asio::ip::make_address("127.0.0.1"), 0}),
          tasks_(context.get_executor()) {
        tasks_.spawn(run());
    }
    ~fleet_server() {
        tasks_.cancel();
        end_connections();
        context_.restart();
        context_.run();
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    void end_connections() {
        asio::error_code ignored;
        for (auto* const socket : sockets_)
            socket->close(ignored);
    }

    std::vector<wire::relay_hello> hellos;
    std::vector<wire::relay_load> loads;
    std::size_t registrations = 0;

private:
    asio::awaitable<void> run() {
        for (;;) {
            asio::ip::tcp::socket socket(context_);
            const auto [problem] = co_await acceptor_.async_accept(socket, net::as_tuple);
            if (problem) co_return;
            tasks_.spawn(serve(std::move(socket)));
        }
    }
    asio::awaitable<void> serve(asio::ip::tcp::socket socket) {
        sockets_.push_back(&socket);
        core::control_server machine(host_keys(), {suite_id::aes}, random_, {}, net::now());
        std::array<std::uint8_t, 16384> buffer{};
        for (bool goes_on = true; goes_on;) {
            const auto [problem, count] = co_await socket.async_read_some(asio::buffer(buffer), net::as_tuple);
            if (problem) break;
            machine.on_bytes(std::span(buffer).first(count), net::now());
            while (auto output = machine.poll_output()) {
                if (const auto* const data = std::get_if<core::send_bytes>(&*output)) {
                    asio::error_code failed;
                    asio::write(socket, asio::buffer(data->data), failed);
                } else if (std::holds_alternative<core::registration_wanted>(*output)) {
                    ++registrations;
                    key_ = std::get<core::registration_wanted>(*output).key;
                    machine.on_registered(account, net::now());
                } else if (std::holds_alternative<core::account_wanted>(*output)) {
                    machine.on_account(key_, net::now());
                } else if (const auto* const message = std::get_if<core::message_received>(&*output)) {
                    on_message(machine, message->cbor);
                } else if (std::holds_alternative<core::channel_failed>(*output)) {
                    goes_on = false;
                }
            }
        }
        std::erase(sockets_, &socket);
    }
    void on_message(core::control_server& machine, byte_view cbor) {
        const auto request = wire::parse_request(cbor);
        REQUIRE(request);
        const auto answer = [&](wire::answer body) {
            machine.send(wire::encode(wire::server_message(wire::numbered_answer{request->number, std::move(body)})));
        };
        if (const auto* const hello = std::get_if<wire::relay_hello>(&request->body)) {
            hellos.push_back(*hello);
            if (hello->token != good_token) {
                answer(
                    wire::error_answer{static_cast<std::uint16_t>(errc::relay_token_invalid), "the token was revoked"});
                return;
            }
            answer(wire::ok_answer{});
            wire::relay_list self;
            self.relays.emplace_back();
            self.relays.back().id = 9;
            self.relays.back().name = "fra1";
            machine.send(wire::encode(wire::server_message(wire::numbered_event{1, std::move(self)})));
        } else if (const auto* const load = std::get_if<wire::relay_load>(&request->body)) {
            loads.push_back(*load);
            answer(wire::ok_answer{});
        }
    }

    asio::io_context& context_;
    crypto::system_random random_;
    asio::ip::tcp::acceptor acceptor_;
    net::task_group tasks_;
    std::list<asio::ip::tcp::socket*> sockets_;
    bytes key_;
};

struct member {
    asio::io_context context{1};
    crypto::system_random random;
    crypto::identity_key key = crypto::identity_key::generate_ed25519(random);
    fleet_server server{context};
    std::vector<std::string> joined;
    std::vector<bytes> signers;
    std::vector<error> problems;
    store::pinned_server kept;
    node_id kept_identity;
    std::optional<result<void>> outcome;
    net::task_group tasks{context.get_executor()};
    std::optional<relay::fleet_link> link;

    explicit member(bytes token = good_token, std::string fingerprint = {}, bytes known_key = {}) {
        relay::fleet_link_settings settings;
        settings.server.host = "127.0.0.1";
        settings.server.port = server.port();
        settings.server.fingerprint = fingerprint;
        if (fingerprint.empty())
            settings.server.fingerprint = crypto::fingerprint(host_keys().ed25519.public_part().blob());
        settings.server.key_blob = std::move(known_key);
        settings.nickname = "relay";
        settings.tls_port = 0;
        settings.hello.token = std::move(token);
        settings.hello.udp = {at("0.0.0.0:17771")};
        link.emplace(context.get_executor(), key, random, std::move(settings), listener(), logger());
        tasks.spawn(run());
    }
    ~member() {
        if (!outcome) link->stop();
        context.restart();
        until([&] { return outcome.has_value(); });
    }
    relay::fleet_link_listener listener() {
        return {
            [this](const store::pinned_server& server_kept, node_id identity) -> result<void> {
                kept = server_kept;
                kept_identity = identity;
                return {};
            },
            [this](const wire::relay_info& self, const crypto::public_key& signer) {
                joined.push_back(self.name);
                signers.push_back(signer.blob());
            },
            [this](const error& why) { problems.push_back(why); },
            [] { return wire::relay_load{.bindings = 3, .kbit = 4}; },
        };
    }
    asio::awaitable<void> run() { outcome = co_await link->run(); }

    template <typename Condition>
    bool until(Condition reached) {
        return runs_until(context, reached, 20s);
    }
};

}  // namespace

TEST_CASE("a relay joins its fleet: it says where it is and learns its name and whose tokens count") {
    member relay;
    REQUIRE(relay.until([&] { return !relay.server.loads.empty(); }));
    CHECK(relay.joined == std::vector<std::string>{"fra1"});
    CHECK(relay.signers.front() == host_keys().ed25519.public_part().blob());
    CHECK(relay.server.hellos.front().udp == std::vector<endpoint>{at("0.0.0.0:17771")});
    CHECK(relay.server.loads.front() == wire::relay_load{.bindings = 3, .kbit = 4});
    CHECK(relay.kept_identity == account);
    CHECK(relay.kept.key_blob == host_keys().ed25519.public_part().blob());
    CHECK(relay.problems.empty());
}

TEST_CASE("a relay that has the server's key from before joins as well") {
    member relay(good_token, {}, host_keys().ed25519.public_part().blob());
    REQUIRE(relay.until([&] { return relay.joined.size() == 1; }));
    CHECK(relay.signers.front() == host_keys().ed25519.public_part().blob());
}

TEST_CASE("a relay comes back when its connection ends, with the account that it has") {
    member relay;
    REQUIRE(relay.until([&] { return relay.joined.size() == 1; }));
    relay.server.end_connections();
    REQUIRE(relay.until([&] { return relay.joined.size() == 2; }));
    CHECK(relay.server.registrations == 1);
    CHECK(relay.problems.size() == 1);
    CHECK_FALSE(relay.outcome);
}

TEST_CASE("a relay whose token is refused ends, and says what the server said") {
    member relay({'b', 'a', 'd'});
    REQUIRE(relay.until([&] { return relay.outcome.has_value(); }));
    REQUIRE_FALSE(*relay.outcome);
    CHECK(relay.outcome->error() == make_error(errc::relay_token_invalid, "the token was revoked"));
    CHECK(relay.joined.empty());
    CHECK(relay.server.hellos.size() == 1);
}

TEST_CASE("a relay does not join a server that has another key") {
    seeded_random random(1);
    const auto other = crypto::identity_key::generate_ed25519(random);
    member relay(good_token, crypto::fingerprint(other.public_part().blob()));
    REQUIRE(relay.until([&] { return relay.outcome.has_value(); }));
    REQUIRE_FALSE(*relay.outcome);
    CHECK(relay.outcome->error().code == errc::server_key_mismatch);
    CHECK(relay.server.hellos.empty());
}

TEST_CASE("a relay that was given the fingerprint of the server's RSA key says which it needs") {
    member relay(good_token, crypto::fingerprint(host_keys().rsa.public_part().blob()));
    REQUIRE(relay.until([&] { return relay.outcome.has_value(); }));
    REQUIRE_FALSE(*relay.outcome);
    CHECK(relay.outcome->error().code == errc::key_unsuitable);
    CHECK(relay.server.hellos.empty());
}

TEST_CASE("a relay that is stopped leaves its server") {
    member relay;
    REQUIRE(relay.until([&] { return relay.joined.size() == 1; }));
    relay.link->stop();
    REQUIRE(relay.until([&] { return relay.outcome.has_value(); }));
    CHECK(*relay.outcome);
}

TEST_CASE("a relay that is thrown out as soon as it joins says what that may be, and comes back ever later") {
    member relay;
    std::vector<std::chrono::steady_clock::time_point> joins;
    for (std::size_t count = 1; count <= 5; ++count) {
        REQUIRE(relay.until([&] { return relay.server.loads.size() >= count; }));
        joins.push_back(std::chrono::steady_clock::now());
        relay.server.end_connections();
    }
    REQUIRE(relay.until([&] { return relay.problems.size() >= 5; }));
    CHECK(relay.problems.front().text.find("another relay with the same token") != std::string::npos);
    // Steps of 250 ms, 500 ms and then a second, each at least by half.
    CHECK(joins.back() - joins.front() >= 1375ms);
}
