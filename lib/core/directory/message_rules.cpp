// The welcome message, announcements, and what of them has arrived.
#include "buri/core/directory/message_text.hpp"
#include "buri/core/directory/rule_parts.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr std::size_t max_announcements = 100;  ///< of a network; older ones are forgotten

std::string text_rule() {
    return "it has to be at most " + std::to_string(max_message) +
           " bytes of UTF-8 text, without control characters but line ends and tabs";
}

std::string in_words(const std::string& text) {
    return text.empty() ? "none" : text;
}

}  // namespace

/// The empty text, none any more, needs no plan.
result<record_change> decide(const rule_input& input, node_id actor, const wire::set_welcome& wish) {
    const auto act = begin(input, actor, wish.network, "set the welcome message of");
    if (!act) return fail(act.error());
    if (auto allowed = act->need(privilege::message); !allowed) return fail(allowed.error());
    if (!is_message_text(wish.text, max_message, true)) return act->refuse(errc::text_invalid, text_rule());
    if (wish.text == act->network.welcome) return record_change{};
    if (!wish.text.empty()) {
        if (auto included = act->need(permission::messages); !included) return fail(included.error());
    }
    auto changed = act->network;
    changed.welcome = wish.text;
    auto entry = act->audit(wish.kind);
    entry.before = in_words(act->network.welcome);
    entry.after = in_words(wish.text);
    return record_change{put_network{std::move(changed)}, put_audit{std::move(entry)}};
}

/// The author has seen it.
result<record_change> decide(const rule_input& input, node_id actor, const wire::make_announcement& wish) {
    const auto act = begin(input, actor, wish.network, "announce in");
    if (!act) return fail(act.error());
    if (auto allowed = act->need(privilege::message); !allowed) return fail(allowed.error());
    if (wish.text.empty()) return act->refuse(errc::text_invalid, "the text is empty");
    if (!is_message_text(wish.text, max_message, true)) return act->refuse(errc::text_invalid, text_rule());
    if (auto included = act->need(permission::messages); !included) return fail(included.error());
    announcement_record made;
    made.id = input.records.next_announcement();
    made.network = act->network.id;
    made.author = actor;
    made.author_name = act->membership.name;
    made.at = input.today;
    made.text = wish.text;
    auto author = act->membership;
    author.last_announcement = made.id;
    auto entry = act->audit(wish.kind);
    entry.after = wish.text;
    record_change change{put_announcement{std::move(made)}, put_member{std::move(author)}};
    const auto present = input.records.announcements(act->network.id);
    for (std::size_t i = 0; i + max_announcements <= present.size(); ++i)
        change.emplace_back(erase_announcement{present[i].id});
    change.emplace_back(put_audit{std::move(entry)});
    return change;
}

/// No act: it is not in the log. Nothing that does not exist yet can have arrived.
result<record_change> decide(const rule_input& input, node_id actor, const wire::confirm_messages& wish) {
    const auto act = begin(input, actor, wish.network, "confirm messages of");
    if (!act) return fail(act.error());
    const auto announced = input.records.announcements(act->network.id);
    const auto newest = announced.empty() ? 0 : announced.back().id;
    auto changed = act->membership;
    changed.is_welcomed = changed.is_welcomed || wish.welcome;
    changed.last_announcement = std::max(changed.last_announcement, std::min(wish.announcement, newest));
    if (changed == act->membership) return record_change{};
    return record_change{put_member{std::move(changed)}};
}

}  // namespace buri::core
