#include "buri/net/name_lookup.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/tokens.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>

#include <memory>
#include <mutex>
#include <thread>

namespace buri::net {
namespace {

using addresses = std::vector<asio::ip::address>;

/// Shared by the thread that asks and the coroutine that waits; either may be gone first.
struct lookup {
    std::mutex guard;
    asio::steady_timer* waiting = nullptr;  ///< null once nobody waits
    bool is_done = false;
    asio::error_code problem;
    addresses found;
};

using lookup_ptr = std::shared_ptr<lookup>;

void wake(const lookup_ptr& shared) {
    const std::lock_guard lock(shared->guard);
    if (shared->waiting != nullptr) shared->waiting->cancel();
}

addresses ask_system(const std::string& host, asio::error_code& problem) {
    asio::io_context own;
    asio::ip::tcp::resolver resolver(own);
    addresses out;
    for (const auto& entry : resolver.resolve(host, "", problem))
        out.push_back(entry.endpoint().address());
    return out;
}

void run_lookup(const lookup_ptr& shared, const std::string& host, const name_resolver& ask) {
    asio::error_code problem;
    auto found = ask(host, problem);
    const std::lock_guard lock(shared->guard);
    shared->is_done = true;
    shared->problem = problem;
    shared->found = std::move(found);
    // As long as somebody waits, the executor lives.
    if (shared->waiting != nullptr) asio::post(shared->waiting->get_executor(), [shared] { wake(shared); });
}

class waiting {
public:
    waiting(lookup_ptr shared, asio::steady_timer& timer) : shared_(std::move(shared)) {
        const std::lock_guard lock(shared_->guard);
        shared_->waiting = &timer;
    }
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting() {
        const std::lock_guard lock(shared_->guard);
        shared_->waiting = nullptr;
    }

private:
    lookup_ptr shared_;
};

result<addresses> outcome(lookup& shared, const std::string& host, bool is_late) {
    const std::lock_guard lock(shared.guard);
    if (!shared.is_done && !is_late) return fail(errc::cancelled);
    if (!shared.is_done) {
        return fail(errc::server_unresolved, "the name '" + host +
                                                 "' was not resolved in time: no name server answers. Check this "
                                                 "machine's network and DNS.");
    }
    if (!shared.problem) return std::move(shared.found);
    return fail(errc::server_unresolved, "the name '" + host + "' cannot be resolved: " + shared.problem.message() +
                                             ". Check the name and this machine's DNS.");
}

}  // namespace

asio::awaitable<result<std::vector<asio::ip::address>>> async_look_up(std::string host, time_point until) {
    return async_look_up(std::move(host), until, ask_system);
}

asio::awaitable<result<std::vector<asio::ip::address>>> async_look_up(std::string host, time_point until,
                                                                      name_resolver ask) {
    asio::error_code is_name;
    const auto address = asio::ip::make_address(host, is_name);
    if (!is_name) co_return addresses(1, address);
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, to_steady(until));
    const auto shared = std::make_shared<lookup>();
    const waiting until_here(shared, timer);
    std::thread(run_lookup, shared, host, std::move(ask)).detach();
    const auto [interrupted] = co_await timer.async_wait(as_tuple);
    co_return outcome(*shared, host, !interrupted);
}

}  // namespace buri::net
