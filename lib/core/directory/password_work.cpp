// Which wish waits for the hash of a password.
#include "buri/core/directory/rule_parts.hpp"

namespace buri::core {
namespace {

/// Of the wish alone, wherever it could matter.
std::optional<password_work> possible_work(const rule_input& input, const wire::create_network& wish) {
    if (!wish.password) return std::nullopt;
    const auto* const known = input.records.network(wish.network);
    return password_work{*wish.password, known != nullptr ? known->password_hash : ""};
}

std::optional<password_work> possible_work(const rule_input& input, const wire::join_network& wish) {
    const auto* const network = input.records.network(wish.network);
    if (network == nullptr || network->password_hash.empty() || !wish.password || wish.invite) return std::nullopt;
    return password_work{*wish.password, network->password_hash};
}

std::optional<password_work> possible_work(const rule_input&, const wire::set_access& wish) {
    if (!wish.password) return std::nullopt;
    return password_work{*wish.password, ""};
}

std::optional<password_work> possible_work(const rule_input&, const auto&) {
    return std::nullopt;
}

bool is_done(const std::optional<password_outcome>& outcome, const password_work& work) {
    return work.against.empty() ? is_new_hash(outcome) : outcome && outcome->hash == work.against;
}

/// Whether the password decides: a right one has another answer than a wrong one.
template <typename Wish>
bool is_decided_by_password(rule_input input, node_id actor, const Wish& wish, const password_work& work) {
    input.password = password_outcome{work.against.empty() ? "a hash" : work.against, true};
    const auto if_right = decide(input, actor, wish);
    input.password->matches = false;
    const auto if_wrong = decide(input, actor, wish);
    if (if_right.has_value() != if_wrong.has_value()) return true;
    return !if_right && if_right.error() != if_wrong.error();
}

}  // namespace

std::optional<password_work> work_for(const rule_input& input, node_id actor, const wire::request& wish) {
    return std::visit(
        [&](const auto& body) -> std::optional<password_work> {
            auto work = possible_work(input, body);
            if constexpr (requires { body.password; }) {
                if (!work || is_done(input.password, *work)) return std::nullopt;
                if (!is_decided_by_password(input, actor, body, *work)) return std::nullopt;
            }
            return work;
        },
        wish);
}

}  // namespace buri::core
