#pragma once
// One STUN request and its repetitions (RFC 8489 section 6.2.1), until it is answered or given up. Sans-I/O.
#include "buri/base/path_address.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"
#include "buri/wire/stun.hpp"

#include <optional>

namespace buri::core {

class stun_query {
public:
    static constexpr duration first_retry = std::chrono::milliseconds(100);  ///< then doubled
    static constexpr unsigned max_tries = 7;                                 ///< Rc of RFC 8489 section 6.2.1

    /// `what`: without its transaction. An answer must come from `server`, through its channel, unless another address or port
    /// is asked for; then it must come from another.
    explicit stun_query(const path_address& server, const wire::stun_request& what = {}) : to_(server), what_(what) {}

    void start(random_source& random, time_point now, unsigned tries = max_tries, duration retry = first_retry);
    void stop() { next_ = never; }

    /// The request, if it is to be sent now.
    std::optional<bytes> take_due(time_point now);
    /// True if it was given up just now: that long after the last try as it was after the one before.
    bool has_given_up(time_point now);
    /// True if this answers the request.
    bool on_response(const path_address& from, const wire::stun_response& response, time_point now);

    [[nodiscard]] const path_address& to() const { return to_; }
    [[nodiscard]] bool is_waiting() const { return next_ != never; }
    [[nodiscard]] time_point next_deadline() const { return next_; }
    [[nodiscard]] const wire::stun_transaction& transaction() const { return what_.transaction; }
    [[nodiscard]] duration round_trip() const { return round_trip_; }  ///< from the last try; only after an answer

private:
    path_address to_;
    wire::stun_request what_;
    duration retry_ = first_retry;
    unsigned left_ = 0;
    unsigned tries_ = 0;
    time_point next_ = never;
    time_point sent_{};
    duration round_trip_{0};
};

}  // namespace buri::core
