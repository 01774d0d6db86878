#pragma once
// Why a port cannot be listened on, in words.
#include "buri/base/endpoint.hpp"
#include "buri/base/errors.hpp"

#include <asio/error.hpp>

#include <string_view>

namespace buri::net {

error listen_error(std::string_view protocol, const endpoint& local, const asio::error_code& problem);

}  // namespace buri::net
