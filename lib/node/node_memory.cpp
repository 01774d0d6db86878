// What is remembered of the networks between runs, so that peers are reached while the server is away.
#include "buri/net/clock.hpp"
#include "buri/node/node.hpp"
#include "buri/store/files.hpp"

#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>

namespace buri::node {
namespace {

using namespace std::chrono_literals;

constexpr auto memory_file = "memory";
constexpr std::size_t max_memory = 64U << 20U;
/// For the server to be reached, before what is remembered is used.
constexpr auto server_patience = 3s;
constexpr auto memory_interval = 60s;

/// Of 10,000 members that takes longer than the control thread may be away.
asio::awaitable<result<void>> async_write(std::filesystem::path file, core::memory what) {
    const auto data = encode(what);
    const std::string_view content(reinterpret_cast<const char*>(data.data()), data.size());
    co_return store::write_file_durably(file, content, 0600);
}

}  // namespace

asio::awaitable<void> node::run_memory() {
    asio::steady_timer tick(context_, server_patience);
    co_await tick.async_wait(net::as_tuple);
    if (!was_online_) recall();
    for (;;) {
        tick.expires_after(kept_memory_ == 0 ? server_patience : memory_interval);
        co_await tick.async_wait(net::as_tuple);
        co_await async_keep_memory();
    }
}

void node::recall() {
    if (std::exchange(recalled_, true) || !state_.identity) return;
    const auto kept = store::read_file(options_.state / memory_file, max_memory);
    if (kept && !*kept) return;
    auto what = kept ? core::parse_memory(as_bytes(**kept)) : fail(kept.error());
    if (what && what->all.id != state_.identity) return;
    const auto done = what ? machine_.recall(std::move(*what), net::now()) : fail(what.error());
    if (!done) {
        log_.warning("peers are known only once the server is reached",
                     {{"file", (options_.state / memory_file).string()}, {"reason", done.error().text}});
        return;
    }
    const auto count = machine_.networks().size();
    say("networks", std::to_string(count) + " as the server told them last, until it is reached");
    pump();
}

asio::awaitable<void> node::async_keep_memory() {
    const auto revision = machine_.revision();
    if (!was_online_ || kept_memory_ == revision) co_return;
    auto writing = async_write(options_.state / memory_file, machine_.remembered());
    const auto kept = co_await asio::co_spawn(memory_writer_, std::move(writing), asio::use_awaitable);
    if (kept) {
        kept_memory_ = revision;
    } else {
        log_.warning("what is known of the networks could not be kept", {{"error", kept.error().text}});
    }
}

}  // namespace buri::node
