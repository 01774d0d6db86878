#pragma once
// A node's and a server's side of one control channel, wired together, with a hand on the wire between them.
#include "buri/core/control/control_client.hpp"
#include "buri/core/control/control_server.hpp"
#include "tests/support/seeded_random.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace buri::test::control {

/// Made once a process: RSA keys take long.
const core::server_host_keys& host_keys();
const core::server_host_keys& other_host_keys();
const crypto::identity_key& node_key(crypto::key_type type);

struct scenario {
    suite_id suite = suite_id::aes;
    bool registers = false;
    /// The node knows only a fingerprint. Suite 1 then needs KEY?; in the others somebody asks before, on the same connection.
    bool asks_key = false;
    bool has_rsa_server = false;  ///< suites 2 and 3: the RSA host key is the one that is pinned
    bool has_rsa_node = false;

    [[nodiscard]] std::string name() const;
};

/// Suites 1, 2 and 3, each with and without REGISTER and KEY?.
std::vector<scenario> all_scenarios();

enum class sender { node, server };

/// One frame on the wire, counted over both directions from 0.
struct step {
    std::size_t number = 0;
    sender from = sender::node;
    bytes frame;
};

class script {
public:
    /// What reaches the other side instead of a frame, in pieces.
    using wire_hand = std::function<std::vector<bytes>(const step&)>;

    explicit script(const scenario& what, std::uint64_t seed = 1);
    /// As above, with the node's knowledge or the server's suites changed.
    script(const scenario& what, core::control_client_settings settings, std::vector<suite_id> allowed,
           std::uint64_t seed = 1);

    static core::control_client_settings settings_of(const scenario& what);

    wire_hand on_wire;
    duration travel{};  ///< how long each frame takes
    std::map<node_id, bytes> accounts;
    time_point now = time_point(std::chrono::hours(1));

    /// Carries frames until both sides are silent.
    void run();
    /// Then lets both deadlines pass.
    void run_out();

    [[nodiscard]] core::control_client& node() { return *node_; }
    [[nodiscard]] core::control_server& server() { return *server_; }
    [[nodiscard]] bool both_open() const;
    [[nodiscard]] bool node_open() const { return node_->state() == core::control_client_state::open; }
    [[nodiscard]] bool server_open() const { return server_->state() == core::control_server_state::open; }
    [[nodiscard]] const std::vector<step>& steps() const { return steps_; }
    /// The outputs that are not bytes.
    std::vector<core::control_client_output> node_events;
    std::vector<core::control_server_output> server_events;
    [[nodiscard]] std::optional<error> node_failure() const;
    [[nodiscard]] std::optional<error> server_failure() const;

private:
    bool drain_node();
    bool drain_server();
    void carry(sender from, bytes frame);
    void answer(const core::control_server_output& event);

    seeded_random random_;
    std::unique_ptr<core::control_client> node_;
    std::unique_ptr<core::control_server> server_;
    std::vector<step> steps_;
};

template <typename Wanted, typename Events>
const Wanted* find_event(const Events& events) {
    for (const auto& event : events) {
        if (const auto* const found = std::get_if<Wanted>(&event)) return found;
    }
    return nullptr;
}

}  // namespace buri::test::control
