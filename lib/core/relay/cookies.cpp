#include "buri/core/relay/cookies.hpp"

#include "buri/crypto/digest.hpp"

#include <algorithm>

namespace buri::core {
namespace {

wire::relay_cookie make(const secret<32>& key, const endpoint& where) {
    std::array<std::uint8_t, 18> input{};
    const auto& raw = where.address.v6_bytes();
    std::ranges::copy(raw, input.begin());
    input[16] = static_cast<std::uint8_t>(where.port >> 8U);
    input[17] = static_cast<std::uint8_t>(where.port);
    const auto mac = crypto::hmac_sha256(key.view(), input);
    wire::relay_cookie out{};
    std::copy_n(mac.begin(), out.size(), out.begin());
    return out;
}

}  // namespace

cookies::cookies(random_source& random, time_point now) : random_(&random), replace_at_(now + period) {
    random_->fill(present_.writable());
    random_->fill(previous_.writable());
}

void cookies::replace_secrets(time_point now) {
    if (now < replace_at_) return;
    const bool is_in_time = now < replace_at_ + period;
    previous_ = std::move(present_);
    if (!is_in_time) random_->fill(previous_.writable());  // nobody came for so long that it is over as well
    random_->fill(present_.writable());
    replace_at_ = (is_in_time ? replace_at_ : now) + period;
}

wire::relay_cookie cookies::give(const endpoint& to, time_point now) {
    replace_secrets(now);
    return make(present_, to);
}

bool cookies::is_ours(const wire::relay_cookie& cookie, const endpoint& from, time_point now) {
    replace_secrets(now);
    const bool is_present = crypto::equal_constant_time(cookie, make(present_, from));
    const bool is_previous = crypto::equal_constant_time(cookie, make(previous_, from));
    return is_present || is_previous;
}

}  // namespace buri::core
