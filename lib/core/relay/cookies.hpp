#pragma once
// Cookies prove that who sends from an address receives there too: HMAC-SHA-256 of the address under a secret that nobody else
// has, cut to 8 bytes. Nothing is kept for the addresses that were given one.
#include "buri/base/endpoint.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/secret.hpp"
#include "buri/base/time_point.hpp"
#include "buri/wire/relay_control.hpp"

namespace buri::core {

class cookies {
public:
    /// A secret is replaced after so long; its cookies count for as long again.
    static constexpr auto period = std::chrono::minutes(2);

    /// `random` outlives this.
    cookies(random_source& random, time_point now);

    wire::relay_cookie give(const endpoint& to, time_point now);
    bool is_ours(const wire::relay_cookie& cookie, const endpoint& from, time_point now);

private:
    void replace_secrets(time_point now);

    random_source* random_;
    secret<32> present_;
    secret<32> previous_;
    time_point replace_at_;
};

}  // namespace buri::core
