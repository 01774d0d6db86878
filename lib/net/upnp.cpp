#include "buri/net/upnp.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/tokens.hpp"
#include "buri/net/upnp_igd.hpp"

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace buri::net {
namespace {

constexpr auto longest_conversation = std::chrono::seconds(10);
/// A gateway that feeds a connection for ever keeps that many threads, not more.
constexpr int most_conversations = 4;
std::atomic<int> conversations = 0;

/// Shared by the thread that talks and the coroutine that waits; either may be gone first.
struct talk {
    std::mutex guard;
    asio::steady_timer* waiting = nullptr;  ///< null once nobody waits
    std::optional<upnp_result> outcome;
    std::atomic<bool> is_abandoned = false;
};
using talk_ptr = std::shared_ptr<talk>;

void wake(const talk_ptr& shared) {
    const std::lock_guard lock(shared->guard);
    if (shared->waiting != nullptr) shared->waiting->cancel();
}

void run_talk(const talk_ptr& shared, const upnp_task& task) {
    auto outcome = talk_to_igd(task, shared->is_abandoned);
    --conversations;
    const std::lock_guard lock(shared->guard);
    shared->outcome = std::move(outcome);
    // As long as somebody waits, the executor lives.
    if (shared->waiting != nullptr) asio::post(shared->waiting->get_executor(), [shared] { wake(shared); });
}

class waiting {
public:
    waiting(talk_ptr shared, asio::steady_timer& timer) : shared_(std::move(shared)) {
        const std::lock_guard lock(shared_->guard);
        shared_->waiting = &timer;
    }
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting() {
        shared_->is_abandoned = true;
        const std::lock_guard lock(shared_->guard);
        shared_->waiting = nullptr;
    }

private:
    talk_ptr shared_;
};

upnp_result outcome_of(talk& shared) {
    const std::lock_guard lock(shared.guard);
    return shared.outcome ? std::move(*shared.outcome) : upnp_result{};
}

}  // namespace

asio::awaitable<upnp_result> async_upnp(upnp_task task) {
    if (++conversations > most_conversations) {
        --conversations;
        upnp_result busy;
        busy.has_answered = true;
        busy.failure = "the gateway does not end its earlier answers";
        co_return busy;
    }
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, to_steady(now() + longest_conversation));
    const auto shared = std::make_shared<talk>();
    const waiting until_here(shared, timer);
    std::thread(run_talk, shared, std::move(task)).detach();
    co_await timer.async_wait(as_tuple);
    co_return outcome_of(*shared);
}

std::optional<ip_address> host_of_url(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return std::nullopt;
    url.remove_prefix(scheme.size());
    const auto host = url.substr(0, url.find_first_of(":/?#"));
    const auto address = ip_address::parse(host);
    if (!address || !address->is_v4()) return std::nullopt;
    return *address;
}

}  // namespace buri::net
