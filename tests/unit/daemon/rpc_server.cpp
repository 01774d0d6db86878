#include "daemon/rpc_server.hpp"

#include "tests/support/scratch_directory.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "line_client.hpp"

using namespace buri;
using namespace buri::daemon;
using buri::test::line_client;
using wire::json;

namespace {

class fake_service final : public local_service {
public:
    explicit fake_service(const asio::any_io_executor& executor)
        : gate_(executor, asio::steady_timer::time_point::max()) {}

    asio::awaitable<result<json>> call(std::string method, json params) override {
        if (method == "echo") co_return params;
        if (method == "refuse") co_return fail(errc::network_full, "the network is full. Ask its owner");
        if (method == "throw") throw std::runtime_error("a fault");
        if (method == "publish") {
            for (int i = 0; i < params.at("count").get<int>(); ++i) {
                events_.publish(
                    {{"event", "notice"}, {"n", i}, {"text", std::string(params.at("size").get<std::size_t>(), 'x')}});
            }
            co_return json::object();
        }
        if (method == "hang") {
            hanging.set_value();
            const guard ended{*this};
            co_await gate_.async_wait(asio::use_awaitable);
            co_return json::object();
        }
        co_return fail(errc::unknown_request, "there is no method '" + method + "'");
    }

    subscription subscribe(event_handler handler) override { return events_.subscribe(std::move(handler)); }

    std::promise<void> hanging;
    std::promise<void> hung_up;

private:
    struct guard {
        fake_service& service;
        ~guard() { service.hung_up.set_value(); }
    };
    event_source events_;
    asio::steady_timer gate_;
};

/// A server on a thread of its own; the test is its client.
class running_server {
public:
    explicit running_server(rpc_server_options options = {}) : service(context_.get_executor()) {
        options.path = path();
        auto made = rpc_server::listen(context_.get_executor(), service, options, logger());
        REQUIRE(made);
        server_.emplace(std::move(*made));
        asio::co_spawn(context_, server_->run(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }
    running_server(const running_server&) = delete;
    running_server& operator=(const running_server&) = delete;
    ~running_server() {
        asio::post(context_, [this] { server_->close(); });
        thread_.join();
    }

    [[nodiscard]] std::filesystem::path path() const { return directory_ / "s.sock"; }
    [[nodiscard]] line_client connect() const { return line_client(path()); }

    /// Runs on the server's thread once everything that was said before has been handled.
    std::size_t clients() {
        std::promise<std::size_t> count;
        asio::post(context_, [&] { count.set_value(server_->clients()); });
        return count.get_future().get();
    }

private:
    test::scratch_directory directory_;
    asio::io_context context_{1};

public:
    fake_service service;

private:
    std::optional<rpc_server> server_;
    std::thread thread_;
};

const auto soon = std::chrono::seconds(20);

std::string request(int id, const std::string& method, const json& params = json::object()) {
    return json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump() + "\n";
}

}  // namespace

TEST_CASE("a client gets the answer of the service", "[rpc_server]") {
    const running_server server;
    auto client = server.connect();
    CHECK(client.call(5, "echo", {{"a", 1}}) == json{{"jsonrpc", "2.0"}, {"id", 5}, {"result", {{"a", 1}}}});
    const auto refused = client.call(6, "refuse");
    CHECK(refused["id"] == 6);
    CHECK(refused["error"]["code"] == 69);
    CHECK(refused["error"]["message"] == "the network is full. Ask its owner");
    CHECK(refused["error"]["data"] == json{{"name", "network_full"}, {"exit", 7}});
    CHECK(client.call(7, "nothing")["error"]["code"] == -32601);
}

TEST_CASE("requests of one connection are answered in their order", "[rpc_server]") {
    const running_server server;
    auto client = server.connect();
    std::string many;
    for (int i = 0; i < 200; ++i)
        many += request(i, "echo", {{"n", i}});
    REQUIRE(client.send(many));
    for (int i = 0; i < 200; ++i)
        CHECK(client.answer()["result"]["n"] == i);
}

TEST_CASE("a request may come in any pieces, and end with the connection", "[rpc_server]") {
    const running_server server;
    auto client = server.connect();
    for (const char c : request(1, "echo"))
        REQUIRE(client.send(std::string(1, c)));
    CHECK(client.answer()["id"] == 1);
    REQUIRE(client.send("\n\r\n  \n" + request(2, "echo")));
    CHECK(client.answer()["id"] == 2);
    auto last = request(3, "echo");
    last.pop_back();
    REQUIRE(client.send(last));
    client.end_sending();
    CHECK(client.answer()["id"] == 3);
    CHECK_FALSE(client.line());
}

TEST_CASE("a notification is carried out without an answer", "[rpc_server]") {
    const running_server server;
    auto client = server.connect();
    REQUIRE(client.send(R"({"jsonrpc":"2.0","method":"echo"})"
                        "\n" +
                        request(2, "echo")));
    CHECK(client.answer()["id"] == 2);
}

TEST_CASE("garbage gets an error and harms nobody", "[rpc_server]") {
    const running_server server;
    auto other = server.connect();
    auto client = server.connect();
    REQUIRE(client.send("garbage\n"));
    CHECK(client.answer()["error"]["code"] == -32700);
    REQUIRE(client.send(std::string("\0\xff\x01\n", 4)));
    CHECK(client.answer()["error"]["code"] == -32700);
    REQUIRE(client.send(std::string(50'000, '[') + "\n"));
    CHECK(client.answer()["error"]["code"] == -32700);
    CHECK(client.call(1, "echo")["id"] == 1);
    CHECK(other.call(2, "echo")["id"] == 2);
}

TEST_CASE("a half line is dropped with its connection", "[rpc_server]") {
    running_server server;
    {
        auto client = server.connect();
        REQUIRE(client.send(R"({"jsonrpc":"2.0","id":1,"meth)"));
    }
    CHECK(server.connect().call(1, "echo")["id"] == 1);
}

TEST_CASE("a line that is too long ends its connection", "[rpc_server]") {
    const running_server server;
    auto fits = server.connect();
    auto just = request(1, "echo", {{"a", std::string(65'000, 'x')}});
    just.insert(just.size() - 1, std::string(64 * 1024 - just.size(), ' '));
    REQUIRE(just.size() == 64 * 1024);
    REQUIRE(fits.send(just));
    CHECK(fits.answer()["id"] == 1);

    auto client = server.connect();
    client.send(std::string(200'000, 'x'));
    CHECK(client.answer()["error"]["data"]["name"] == "malformed");
    CHECK_FALSE(client.line());
}

TEST_CASE("clients do not wait for each other", "[rpc_server]") {
    running_server server;
    auto slow = server.connect();
    REQUIRE(slow.send(request(1, "hang")));
    REQUIRE(server.service.hanging.get_future().wait_for(soon) == std::future_status::ready);
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            auto client = server.connect();
            for (int i = 0; i < 50; ++i)
                right += client.call(i, "echo", {{"t", t}})["result"]["t"] == t ? 1 : 0;
        });
    }
    for (auto& thread : threads)
        thread.join();
    CHECK(right == 400);
}

TEST_CASE("a client that is gone no longer waits for its answer", "[rpc_server]") {
    running_server server;
    auto client = server.connect();
    REQUIRE(client.send(request(1, "hang")));
    REQUIRE(server.service.hanging.get_future().wait_for(soon) == std::future_status::ready);
    client.close();
    CHECK(server.service.hung_up.get_future().wait_for(soon) == std::future_status::ready);
}

TEST_CASE("a server that closes ends a call that hangs", "[rpc_server]") {
    auto server = std::make_unique<running_server>();
    auto client = server->connect();
    REQUIRE(client.send(request(1, "hang")));
    REQUIRE(server->service.hanging.get_future().wait_for(soon) == std::future_status::ready);
    const auto path = server->path();
    server.reset();
    CHECK_FALSE(client.line());
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a fault in the service ends one connection only", "[rpc_server]") {
    const running_server server;
    auto client = server.connect();
    REQUIRE(client.send(request(1, "throw")));
    CHECK_FALSE(client.line());
    CHECK(server.connect().call(2, "echo")["id"] == 2);
}

TEST_CASE("a connection that asked for events gets each of them", "[rpc_server]") {
    const running_server server;
    auto listener = server.connect();
    CHECK(listener.call(1, "events") == json{{"jsonrpc", "2.0"}, {"id", 1}, {"result", json::object()}});
    auto client = server.connect();
    REQUIRE(client.call(1, "publish", {{"count", 100}, {"size", 10}})["id"] == 1);
    for (int i = 0; i < 100; ++i) {
        const auto event = listener.answer();
        CHECK(event["method"] == "event");
        CHECK(event["params"]["n"] == i);
        CHECK_FALSE(event.contains("id"));
    }
}

TEST_CASE("events reach a client that has ended its sending side", "[rpc_server]") {
    const running_server server;
    auto listener = server.connect();
    REQUIRE(listener.send(request(1, "events")));
    listener.end_sending();
    CHECK(listener.answer()["id"] == 1);
    auto client = server.connect();
    client.call(1, "publish", {{"count", 1}, {"size", 1}});
    CHECK(listener.answer()["params"]["n"] == 0);
}

TEST_CASE("a client that does not read its events is cut off, and the others are not", "[rpc_server]") {
    rpc_server_options options;
    options.max_unsent = 256 * 1024;
    const running_server server(options);
    auto sleeper = server.connect();
    REQUIRE(sleeper.call(1, "events")["id"] == 1);
    auto client = server.connect();
    for (int i = 0; i < 100; ++i)
        REQUIRE(client.call(i, "publish", {{"count", 1}, {"size", 50'000}})["id"] == i);
    int read = 0;
    while (sleeper.line())
        ++read;
    CHECK(read < 100);
    auto listener = server.connect();
    CHECK(listener.call(1, "events")["id"] == 1);
    client.call(1, "publish", {{"count", 1}, {"size", 1}});
    CHECK(listener.answer()["params"]["n"] == 0);
}

TEST_CASE("a client that does not read its answers is cut off", "[rpc_server]") {
    rpc_server_options options;
    options.write_timeout = std::chrono::milliseconds(50);
    const running_server server(options);
    auto sleeper = server.connect();
    const auto line = request(1, "echo", {{"a", std::string(60'000, 'x')}});
    int sent = 0;
    while (sent < 1000 && sleeper.send(line))
        ++sent;
    CHECK(sent < 1000);
    CHECK(server.connect().call(2, "echo")["id"] == 2);
}

TEST_CASE("more clients than allowed are told so", "[rpc_server]") {
    rpc_server_options options;
    options.max_clients = 3;
    running_server server(options);
    std::vector<line_client> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(server.connect());
        REQUIRE(clients.back().call(i, "echo")["id"] == i);
    }
    auto fourth = server.connect();
    CHECK(fourth.answer()["error"]["data"]["name"] == "too_many_requests");
    CHECK_FALSE(fourth.line());
    clients.pop_back();
    while (server.clients() > 2)
        std::this_thread::yield();
    CHECK(server.connect().call(9, "echo")["id"] == 9);
}

TEST_CASE("a socket file that nobody serves is replaced", "[rpc_server]") {
    const test::scratch_directory directory;
    const auto path = directory / "s.sock";
    asio::io_context context;
    fake_service service(context.get_executor());
    rpc_server_options options;
    options.path = path;
    {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::strncpy(at.sun_path, path.c_str(), sizeof at.sun_path - 1);
        const int left_over = ::socket(AF_UNIX, SOCK_STREAM, 0);
        REQUIRE(::bind(left_over, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
        ::close(left_over);
    }
    auto server = rpc_server::listen(context.get_executor(), service, options, logger());
    REQUIRE(server);

    SECTION("one that is served is not") {
        const auto second = rpc_server::listen(context.get_executor(), service, options, logger());
        REQUIRE_FALSE(second);
        CHECK(second.error().code == errc::daemon_running);
        CHECK(line_client(path).is_connected());
    }
    SECTION("the file of a successor stays when the server goes") {
        std::filesystem::remove(path);
        std::ofstream(path) << "successor";
        { const auto gone = std::move(*server); }
        CHECK(std::filesystem::exists(path));
    }
}

TEST_CASE("the socket is for its owner, or for the group if there is one", "[rpc_server]") {
    const test::scratch_directory directory;
    asio::io_context context;
    fake_service service(context.get_executor());
    const auto mode_of = [&](const std::string& group) {
        rpc_server_options options;
        options.path = directory / "s.sock";
        options.group = group;
        const auto server = rpc_server::listen(context.get_executor(), service, options, logger());
        REQUIRE(server);
        struct stat found {};
        REQUIRE(::stat(options.path.c_str(), &found) == 0);
        return found.st_mode & 0777U;
    };
    CHECK(mode_of("no-such-group-here") == 0600);
    const auto* const mine = ::getgrgid(::getegid());
    if (mine != nullptr) CHECK(mode_of(mine->gr_name) == 0660);
}

TEST_CASE("a place where no socket can be is refused with the reason", "[rpc_server]") {
    const test::scratch_directory directory;
    asio::io_context context;
    fake_service service(context.get_executor());
    const auto error_at = [&](const std::filesystem::path& path) {
        rpc_server_options options;
        options.path = path;
        const auto server = rpc_server::listen(context.get_executor(), service, options, logger());
        REQUIRE_FALSE(server);
        CHECK(server.error().text.find(path.string()) != std::string::npos);
        return server.error().code;
    };
    std::ofstream(directory / "file") << "mine";
    CHECK(error_at(directory / "file") == errc::state_unreadable);
    CHECK(std::filesystem::exists(directory / "file"));
    CHECK(error_at(directory / "no/such/folder.sock") == errc::state_unreadable);
    CHECK(error_at(directory / std::string(120, 'x')) == errc::usage);
}
