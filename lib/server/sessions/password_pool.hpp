#pragma once
// scrypt on a thread of its own: tens of milliseconds that must not hold up anybody's control channel.
#include "buri/core/directory/rules.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/thread_pool.hpp>

#include <functional>
#include <memory>

namespace buri::server {

class password_pool {
public:
    using listener = std::function<void(std::uint64_t ticket, core::password_outcome outcome)>;

    /// `on_done` is called on `executor`, never after the pool is gone.
    password_pool(const asio::any_io_executor& executor, listener on_done);
    /// Waits for the one hash that is being made; those after it are dropped.
    ~password_pool();
    password_pool(const password_pool&) = delete;
    password_pool& operator=(const password_pool&) = delete;

    /// One after the other, in this order.
    void submit(std::uint64_t ticket, core::password_work work);

private:
    asio::any_io_executor executor_;
    std::shared_ptr<listener> on_done_;
    asio::thread_pool thread_{1};
};

}  // namespace buri::server
