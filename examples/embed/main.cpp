// A node inside another program: starts it, prints its events as JSON lines, ends after the first peer is direct or on Ctrl-C.
//
//     embed STATE-DIRECTORY HOST SHA256:… [NETWORK]
#include "buri/net/task_group.hpp"
#include "buri/node/node.hpp"

#include <asio/signal_set.hpp>

#include <iostream>

namespace {

class program {
public:
    program(asio::io_context& context, buri::node::node& node, std::string network)
        : node_(node),
          network_(std::move(network)),
          signals_(context, SIGINT, SIGTERM),
          tasks_(context.get_executor()) {
        signals_.async_wait([this](const asio::error_code& problem, int) {
            if (!problem) node_.stop();
        });
        node_.set_event_listener([this](const buri::wire::json& event) {
            std::cout << event.dump() << std::endl;
            if (event.value("state", "") == "direct") node_.stop();
        });
        tasks_.spawn(run());
        if (!network_.empty()) tasks_.spawn(join());
    }

    int exit_code = 0;

private:
    asio::awaitable<void> run() {
        const auto ended = co_await node_.run();
        signals_.cancel();
        if (ended) co_return;
        std::cerr << ended.error().text << '\n';
        exit_code = 1;
    }

    asio::awaitable<void> join() {
        buri::node::condition online;
        const auto ready = co_await node_.async_wait(online, std::chrono::seconds(10));
        if (!ready) co_return;
        auto name = buri::network_name::parse(network_);
        if (!name) co_return;
        buri::wire::join_network what;
        what.network = *name;
        buri::wire::request request(what);
        const auto joined = co_await node_.async_request(std::move(request));
        if (!joined) std::cerr << joined.error().text << '\n';
    }

    buri::node::node& node_;
    std::string network_;
    asio::signal_set signals_;
    buri::net::task_group tasks_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) {
        std::cerr << "usage: embed STATE-DIRECTORY HOST SHA256:... [NETWORK]\n";
        return 2;
    }
    buri::node::options options;
    options.state = arguments[1];
    options.server.emplace();
    options.server->host = arguments[2];
    options.server->fingerprint = arguments[3];
    options.config.interface = "embed0";
    asio::io_context context(1);
    auto node = buri::node::node::open(context, std::move(options));
    if (!node) {
        std::cerr << node.error().text << '\n';
        return 1;
    }
    program running(context, **node, count > 4 ? arguments[4] : "");
    context.run();
    return running.exit_code;
}
