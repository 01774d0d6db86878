#include "buri/relay/stream_ports.hpp"

#include "buri/crypto/identity_key.hpp"
#include "tests/unit/relay/relay_fixture.hpp"

using namespace buri;
using namespace buri::test;
using relay::stream_ports;

namespace {

/// Ports on 127.0.0.1 whose streams are kept as they are.
class harbour {
public:
    explicit harbour(core::strangers::limits strangers = stream_ports::most)
        : ports_(
              context.get_executor(),
              [this](std::unique_ptr<net::byte_stream> stream, std::shared_ptr<void> stranger) {
                  return keep(std::move(stream), std::move(stranger));
              },
              random, {}, strangers),
          tasks_(context.get_executor()) {}
    ~harbour() {
        tasks_.cancel();
        context.restart();
        context.run_for(5s);
    }

    void open(bool is_tls) {
        asio::ip::tcp::acceptor probe(context, {asio::ip::address_v4::loopback(), 0});
        at_.port(probe.local_endpoint().port());
        probe.close();
        std::optional<net::tls_server_context> with;
        if (is_tls) {
            const auto key = crypto::identity_key::generate_ed25519(random);
            with = net::tls_server_context::make_self_signed("relay", key.to_pem(), {"buri-relay"}).value();
        }
        REQUIRE(ports_.listen({ip_address::v4(0x7f000001), at_.port()}, with));
        tasks_.spawn(ports_.run());
    }
    asio::ip::tcp::socket connected(const char* from = "127.0.0.1") {
        asio::ip::tcp::socket socket(context);
        socket.open(asio::ip::tcp::v4());
        socket.bind({asio::ip::make_address(from), 0});
        socket.connect(at_);
        return socket;
    }
    template <typename Condition>
    bool until(Condition reached) {
        return runs_until(context, reached);
    }
    /// The relay lets go of it: nothing more comes.
    bool is_refused(asio::ip::tcp::socket& socket) {
        socket.non_blocking(true);
        return until([&] {
            std::uint8_t byte = 0;
            asio::error_code problem;
            socket.read_some(asio::buffer(&byte, 1), problem);
            return problem && problem != asio::error::would_block;
        });
    }

    asio::io_context context{1};
    crypto::system_random random;
    std::vector<std::unique_ptr<net::byte_stream>> streams;
    std::vector<std::shared_ptr<void>> strangers;

private:
    asio::awaitable<void> keep(std::unique_ptr<net::byte_stream> stream, std::shared_ptr<void> stranger) {
        streams.push_back(std::move(stream));
        strangers.push_back(std::move(stranger));
        co_return;
    }

    asio::ip::tcp::endpoint at_{asio::ip::address_v4::loopback(), 0};
    stream_ports ports_;
    net::task_group tasks_;
};

}  // namespace

TEST_CASE("from one address a relay has only so many streams of strangers, and of all only so many") {
    harbour at({5, 3});
    at.open(false);
    std::vector<asio::ip::tcp::socket> nodes;
    for (int i = 0; i < 3; ++i)
        nodes.push_back(at.connected());
    REQUIRE(at.until([&] { return at.streams.size() == 3; }));
    auto fourth = at.connected();
    CHECK(at.is_refused(fourth));
    nodes.push_back(at.connected("127.0.0.2"));
    nodes.push_back(at.connected("127.0.0.3"));
    REQUIRE(at.until([&] { return at.streams.size() == 5; }));
    auto sixth = at.connected("127.0.0.4");
    CHECK(at.is_refused(sixth));
    CHECK(at.streams.size() == 5);
    // One is known now: there is room for another.
    at.strangers.erase(at.strangers.begin());
    nodes.push_back(at.connected());
    CHECK(at.until([&] { return at.streams.size() == 6; }));
}

TEST_CASE("a stream that ends makes room for another") {
    harbour at({5, 1});
    at.open(false);
    auto first = at.connected();
    REQUIRE(at.until([&] { return at.streams.size() == 1; }));
    at.strangers.clear();
    at.streams.clear();
    CHECK(at.is_refused(first));
    const auto second = at.connected();
    CHECK(at.until([&] { return at.streams.size() == 1; }));
}

TEST_CASE("of one address only so many TLS handshakes are under way at a relay") {
    harbour at;
    at.open(true);
    std::vector<asio::ip::tcp::socket> silent;
    for (std::size_t i = 0; i < stream_ports::most_handshakes.from_address; ++i)
        silent.push_back(at.connected());
    auto refused = at.connected();
    CHECK(at.is_refused(refused));
    for (auto& each : silent) {
        asio::error_code problem;
        std::uint8_t byte = 0;
        each.non_blocking(true);
        each.read_some(asio::buffer(&byte, 1), problem);
        REQUIRE(problem == asio::error::would_block);
    }
    CHECK(at.streams.empty());
}
