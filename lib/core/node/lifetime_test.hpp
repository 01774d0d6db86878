#pragma once
// How long a mapping lives without a packet (RFC 5780 section 4.6): a socket of its own asks a server, is quiet for a while, and then
// the main socket has the server answer to that mapping's port. Ever longer, until no answer comes. Sans-I/O.
//
//     asking --mapped--> quiet --after the span--> testing --came--> asking, longer
//                                                          --did not come, twice--> done
#include "buri/core/stun_query.hpp"

#include <array>
#include <optional>
#include <utility>

namespace buri::core {

class lifetime_test {
public:
    static constexpr std::array<std::chrono::seconds, 5> spans{std::chrono::seconds(40), std::chrono::seconds(60),
                                                               std::chrono::seconds(90), std::chrono::seconds(120),
                                                               std::chrono::seconds(150)};
    static constexpr unsigned tries = 4;

    /// `second`: the test's own socket, at that server; the main socket asks the same.
    lifetime_test(const path_address& second, random_source& random, time_point now);

    bool on_response(const path_address& from, const wire::stun_response& response, time_point now);
    /// Where to and what: through the second socket, or the main one.
    std::optional<std::pair<path_address, bytes>> take_due(time_point now);
    [[nodiscard]] time_point next_deadline() const;

    /// A mapping lived at least so long; 0: not known yet.
    [[nodiscard]] duration proven() const { return proven_; }
    [[nodiscard]] bool is_done() const { return done_; }

private:
    void ask(time_point now);
    void test(time_point now);

    path_address second_;
    random_source& random_;
    stun_query asking_;
    std::optional<stun_query> testing_;
    std::uint16_t port_ = 0;
    time_point test_at_ = never;
    std::size_t index_ = 0;
    unsigned failures_ = 0;
    duration proven_{0};
    bool done_ = false;
};

}  // namespace buri::core
