#include "buri/core/stun_service.hpp"

#include "buri/wire/stun.hpp"

#include <array>

namespace buri::core {
namespace {

constexpr std::size_t source_buckets = 16'384;
constexpr std::size_t bare_request = 20;

/// The first of the first two that is not `than`, if `than` is one of them.
template <typename Range, typename Value>
std::optional<Value> other_of(const Range& range, const Value& than) {
    std::optional<Value> other;
    bool is_there = false;
    std::size_t seen = 0;
    for (const auto& value : range) {
        if (++seen > 2) break;
        if (value == than) {
            is_there = true;
        } else if (!other) {
            other = value;
        }
    }
    return is_there ? other : std::nullopt;
}

/// As much as fits into as many bytes as the request had; nothing if not even the mapped address does.
std::optional<bytes> encode_within(wire::stun_response answer, std::size_t request_size) {
    auto out = wire::encode_stun_response(answer);
    if (out.size() > request_size) {
        answer.origin.reset();
        out = wire::encode_stun_response(answer);
    }
    if (out.size() > request_size) {
        answer.other.reset();
        out = wire::encode_stun_response(answer);
    }
    if (out.size() > request_size && request_size != bare_request) return std::nullopt;
    return out;
}

}  // namespace

stun_service::stun_service(stun_addresses own, random_source& random)
    : own_(std::move(own)), limit_(source_width::host, rate, source_buckets, random) {}

std::optional<ip_address> stun_service::other_address(const ip_address& than) const {
    std::vector<ip_address> family;
    for (const auto& address : own_.addresses) {
        if (address.is_v4() == than.is_v4()) family.push_back(address);
    }
    return other_of(family, than);
}

std::optional<std::uint16_t> stun_service::other_port(std::uint16_t than) const {
    return other_of(own_.ports, than);
}

std::optional<stun_answer> stun_service::on_request(const endpoint& local, const endpoint& source, byte_view datagram,
                                                    time_point now) {
    const auto request = wire::parse_stun_request(datagram);
    if (!request || !limit_.take(source.address, now)) return std::nullopt;
    const auto address = other_address(local.address);
    const auto port = other_port(local.port);
    stun_answer out{.from = local, .to = source, .datagram = {}};
    if (request->response_port) out.to.port = *request->response_port;
    if ((request->change_address && !address) || (request->change_port && !port)) {
        out.datagram = wire::encode_stun_refusal(request->transaction);
        if (out.datagram.size() > datagram.size()) return std::nullopt;
        return out;
    }
    if (request->change_address) out.from.address = *address;
    if (request->change_port) out.from.port = *port;
    wire::stun_response answer{.transaction = request->transaction, .mapped = source, .origin = out.from};
    if (address && port) answer.other = endpoint{*address, *port};
    auto encoded = encode_within(std::move(answer), datagram.size());
    if (!encoded) return std::nullopt;
    out.datagram = std::move(*encoded);
    return out;
}

}  // namespace buri::core
