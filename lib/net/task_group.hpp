#pragma once
// The owner of coroutines: it starts them, cancels them together, and is awaited before what they use goes away.
//
// The first exception that leaves a task cancels the others and comes out of join(). All calls are made on the group's
// executor; there is one thread.
#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/steady_timer.hpp>

#include <exception>
#include <list>

namespace buri::net {

class task_group {
public:
    explicit task_group(const asio::any_io_executor& executor);
    /// No task may be running.
    ~task_group();
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    /// Does nothing but drop the task if the group is being cancelled.
    void spawn(asio::awaitable<void> task);
    /// Asks every task to end: each sees operation_aborted at its next or present co_await.
    void cancel();
    /// Waits until no task is left, then throws the first failure, if any. Not cancelled by its caller's cancellation.
    asio::awaitable<void> join();

    [[nodiscard]] bool is_cancelled() const { return cancelled_; }
    [[nodiscard]] std::size_t size() const { return running_.size(); }

private:
    using slot = std::list<asio::cancellation_signal>::iterator;
    void on_done(slot which, const std::exception_ptr& failure);

    asio::any_io_executor executor_;
    std::list<asio::cancellation_signal> running_;
    asio::steady_timer idle_;
    std::exception_ptr failure_;
    bool cancelled_ = false;
};

}  // namespace buri::net
