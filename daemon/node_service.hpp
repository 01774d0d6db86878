#pragma once
// A node behind the local interface: one method of JSON-RPC is one row of a table here.
#include "buri/crypto/system_random.hpp"
#include "buri/node/node.hpp"
#include "daemon/local_service.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace buri::daemon {

class node_service final : public local_service {
public:
    explicit node_service(node::node& node);
    ~node_service() override;

    asio::awaitable<result<wire::json>> call(std::string method, wire::json params) override;
    [[nodiscard]] subscription subscribe(event_handler handler) override {
        return events_.subscribe(std::move(handler));
    }

    /// What the method `down` does.
    void on_down(std::function<void()> stop) { stop_ = std::move(stop); }
    [[nodiscard]] wire::json status() const;

    /// Every method, for vpn(1) and the tests that compare.
    static std::vector<std::string_view> methods();

private:
    node::node& node_;
    crypto::system_random random_;  ///< of invites
    event_source events_;
    std::function<void()> stop_;
    friend struct node_methods;
};

}  // namespace buri::daemon
