#pragma once
// How this project awaits Asio's operations: errors are values, because they are part of life on a network.
#include <asio/experimental/as_tuple.hpp>
#include <asio/use_awaitable.hpp>

namespace buri::net {

/// `const auto [problem, count] = co_await socket.async_read_some(buffer, as_tuple);`
inline constexpr auto as_tuple = asio::experimental::as_tuple(asio::use_awaitable);

}  // namespace buri::net
