#pragma once
// A mediation server behind its local interface: one method of JSON-RPC is one row of a table here.
#include "buri/server/administration.hpp"
#include "daemon/local_service.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace buri::daemon {

class server_service final : public local_service {
public:
    /// What the method `reload` does.
    using reload_handler = std::function<result<server::config_change>()>;

    /// `administration` must outlive it.
    server_service(server::administration& administration, reload_handler reload);
    ~server_service() override;

    asio::awaitable<result<wire::json>> call(std::string method, wire::json params) override;
    [[nodiscard]] subscription subscribe(event_handler handler) override {
        return events_.subscribe(std::move(handler));
    }

    /// Every method, for vpn(1) and the tests that compare.
    static std::vector<std::string_view> methods();

private:
    server::administration& administration_;
    reload_handler reload_;
    event_source events_;
    friend struct server_methods;
};

}  // namespace buri::daemon
