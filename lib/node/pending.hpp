#pragma once
// Coroutines that wait for an answer with a number.
#include "buri/net/clock.hpp"
#include "buri/net/tokens.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace buri::node {

/// One thread.
template <typename Answer>
class pending {
public:
    explicit pending(const asio::any_io_executor& executor) : executor_(executor) {}

    /// The answer, or nothing at the deadline. The number was made ready with expect(), before the question was asked.
    asio::awaitable<std::optional<Answer>> async_wait(std::uint64_t number, time_point until) {
        const auto self = waiting_.at(number);
        const forget on_exit{waiting_, number};
        if (!self->answer) {
            self->timer.expires_at(net::to_steady(until));
            co_await self->timer.async_wait(net::as_tuple);
        }
        co_return std::move(self->answer);
    }

    /// A new number that somebody is going to wait for.
    std::uint64_t expect() {
        waiting_.emplace(++last_, std::make_shared<entry>(executor_));
        return last_;
    }

    /// False if nobody waits for it.
    bool resolve(std::uint64_t number, Answer answer) {
        const auto found = waiting_.find(number);
        if (found == waiting_.end()) return false;
        found->second->answer = std::move(answer);
        found->second->timer.cancel();
        return true;
    }

private:
    struct entry {
        explicit entry(const asio::any_io_executor& executor) : timer(executor) {}
        asio::steady_timer timer;
        std::optional<Answer> answer;
    };
    using table = std::map<std::uint64_t, std::shared_ptr<entry>>;
    struct forget {
        table& waiting;
        std::uint64_t number;
        ~forget() { waiting.erase(number); }
    };

    asio::any_io_executor executor_;
    table waiting_;
    std::uint64_t last_ = 0;
};

}  // namespace buri::node
