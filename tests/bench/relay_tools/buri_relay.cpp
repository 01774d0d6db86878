#include "buri/crypto/system_random.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/task_group.hpp"
#include "buri/relay/service.hpp"
#include "tests/bench/relay_tools/commands.hpp"
#include "tests/support/seeded_random.hpp"

#include <asio/io_context.hpp>

#include <stdexcept>

namespace buri::bench {

const crypto::identity_key& server_key() {
    static test::seeded_random random(1);
    static const auto key = crypto::identity_key::generate_ed25519(random);
    return key;
}

bytes token_for(std::uint32_t node, spi in) {
    const auto wall = static_cast<std::uint64_t>(net::wall_now().time_since_epoch().count());
    const wire::relay_token claims{
        .relay = relay_number, .node = {node}, .in = in, .kbit = 0, .expires = wall + 86'400};
    return wire::with_signature(claims, server_key().sign(suite_id::aes, wire::signed_part(claims)));
}

int run_buri_relay(std::uint16_t port) {
    asio::io_context context{1};
    crypto::system_random random;
    core::relay_settings settings{.id = relay_number, .server = server_key().public_part()};
    // All nodes are on one machine here.
    settings.checks_of_network = {1'000'000, 1'000'000};
    settings.checks_of_all = {1'000'000, 1'000'000};
    relay::service service(context.get_executor(), {.relay = std::move(settings), .stun = {}}, random, {});
    const auto added = service.add_udp({ip_address(), port});
    if (!added) throw std::runtime_error(added.error().text);
    net::task_group tasks(context.get_executor());
    tasks.spawn(service.run());
    context.run();
    return 0;
}

}  // namespace buri::bench
