// What a node changes about its account: the key, and its end.
#include "buri/core/key_change.hpp"
#include "buri/net/clock.hpp"
#include "buri/node/node.hpp"
#include "buri/node/usable_suites.hpp"

#include <algorithm>
#include <array>

namespace buri::node {
namespace {

/// The server may have done it, or may still do it.
bool is_open_question(errc code) {
    constexpr std::array codes{errc::timed_out, errc::not_online, errc::cancelled};
    return std::ranges::find(codes, code) != codes.end();
}

/// True for as long as it lives, also when whoever asked goes away.
class raised {
public:
    explicit raised(bool& flag) : flag_(flag) { flag_ = true; }
    ~raised() { flag_ = false; }
    raised(const raised&) = delete;
    raised& operator=(const raised&) = delete;

private:
    bool& flag_;
};

wire::rotate_key signed_change(node_id self, const crypto::identity_key& present, const crypto::identity_key& next) {
    wire::rotate_key what;
    what.key = next.public_part().blob();
    const auto message = core::key_change_message(self, present.public_part().blob(), what.key);
    // Any suite but the classic one signs as both sides expect it here.
    what.by_old = present.sign(suite_id::aes, message);
    what.by_new = next.sign(suite_id::aes, message);
    return what;
}

}  // namespace

result<void> node::stage_key(crypto::key_type type) {
    auto next = make_identity_key(type, random_);
    const auto usable = first_usable(options_.config.suites, next);
    if (!usable) return fail(usable.error());
    return identity_.stage(std::move(next));
}

asio::awaitable<result<key_change>> node::async_rotate(std::optional<crypto::key_type> type) {
    if (!machine_.is_online()) co_return fail(errc::not_online);
    if (rotating_) {
        co_return fail(errc::too_many_requests, "the key is being changed already. Try again in a few seconds.");
    }
    const auto* const left_over = identity_.next();
    if (left_over != nullptr && type && left_over->type() != *type) {
        co_return fail(errc::too_many_requests, "an earlier change to a key of kind " +
                                                    std::string(to_string(left_over->type())) +
                                                    " is not finished. Finish it first: 'vpn keys rotate'.");
    }
    if (left_over == nullptr) {
        const auto staged = stage_key(type.value_or(identity_.key().type()));
        if (!staged) co_return fail(staged.error());
    }
    auto changed = co_await async_finish_rotation();
    co_return changed;
}

asio::awaitable<result<key_change>> node::async_finish_rotation() {
    const raised rotating(rotating_);
    key_change change;
    change.was = fingerprint();
    wire::request request(signed_change(machine_.self(), identity_.key(), *identity_.next()));
    const auto done = co_await async_request(std::move(request));
    if (!done && is_open_question(done.error().code)) {
        // The next connection tells which key the server has.
        link_.close();
        co_return fail(done.error().code,
                       "the server did not say whether it has the new key. This node finds out when it is connected "
                       "again; 'vpn keys show' tells which key it has.");
    }
    if (!done) {
        const auto discarded = identity_.discard();
        if (!discarded) log_.warning("a refused key was left behind", {{"error", discarded.error().text}});
        co_return fail(done.error());
    }
    on_key_adopted(identity_.adopt());
    change.fingerprint = fingerprint();
    co_return change;
}

asio::awaitable<void> node::run_unfinished_rotation() {
    const auto done = co_await async_finish_rotation();
    if (!done) log_.warning("the change of the key is not finished", {{"error", done.error().text}});
}

void node::on_key_adopted(const result<void>& kept) {
    if (!kept) log_.error("the new key is in use, its file is not renamed yet", {{"error", kept.error().text}});
    if (!identity_.key().fits(suite_)) {
        if (const auto usable = first_usable(options_.config.suites, identity_.key())) suite_ = *usable;
    }
    say("key", "changed  " + fingerprint() + " (" + std::string(to_string(identity_.key().type())) + ")");
    machine_.on_key_changed(net::now());
    pump();
}

asio::awaitable<result<void>> node::async_delete_account(bool with_networks) {
    wire::delete_account what;
    what.networks = with_networks;
    wire::request request(what);
    const auto done = co_await async_request(std::move(request));
    if (!done) co_return fail(done.error());
    // The key stays: it may make another account here or elsewhere.
    state_.identity = {};
    if (!keep_state()) co_return fail(*problem_);
    co_return result<void>();
}

}  // namespace buri::node
