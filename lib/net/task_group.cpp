#include "buri/net/task_group.hpp"

#include "buri/net/tokens.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/system_error.hpp>
#include <asio/this_coro.hpp>

namespace buri::net {
namespace {

/// A task that ends because it was told to has not failed.
bool is_cancellation(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const asio::system_error& problem) {
        return problem.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

}  // namespace

task_group::task_group(const asio::any_io_executor& executor)
    : executor_(executor), idle_(executor, asio::steady_timer::time_point::max()) {}

task_group::~task_group() {
    if (!running_.empty()) std::terminate();
}

void task_group::spawn(asio::awaitable<void> task) {
    if (cancelled_) return;
    const auto which = running_.emplace(running_.end());
    asio::co_spawn(executor_, std::move(task),
                   asio::bind_cancellation_slot(
                       which->slot(), [this, which](const std::exception_ptr& failure) { on_done(which, failure); }));
}

void task_group::on_done(slot which, const std::exception_ptr& failure) {
    running_.erase(which);
    if (failure && !failure_ && !(cancelled_ && is_cancellation(failure))) {
        failure_ = failure;
        cancel();
    }
    if (running_.empty()) idle_.cancel();
}

void task_group::cancel() {
    cancelled_ = true;
    for (auto task = running_.begin(); task != running_.end();) {
        const auto present = task++;  // emit() may end the task and erase it
        present->emit(asio::cancellation_type::terminal);
    }
}

asio::awaitable<void> task_group::join() {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (!running_.empty()) {
        idle_.expires_at(asio::steady_timer::time_point::max());
        co_await idle_.async_wait(as_tuple);
    }
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace buri::net
