#include "cli/peer_row.hpp"

#include "cli/json_access.hpp"
#include "cli/view_parts.hpp"
#include "cli/views.hpp"

namespace buri::cli {
namespace {

using color = palette::color;

/// A tunnel whose packets are only signed.
bool is_unencrypted(const wire::json& peer) {
    return !bool_of(peer, "encrypted", true);
}

struct mark {
    std::string text;
    palette::color color;
};

mark mark_of(const wire::json& peer) {
    const auto state = text_of(peer, "state");
    if (!problem_of(peer).empty() || is_unencrypted(peer)) return {"!", color::red};
    if (state == "direct") return {"*", color::green};
    if (state == "offline" || !bool_of(peer, "online", state != "")) return {"", color::plain};
    return {"!", color::yellow};
}

}  // namespace

std::string path_text(const wire::json& peer) {
    const auto state = text_of(peer, "state");
    return state == "direct" && text_of(object_of(peer, "path"), "kind") == "tcp" ? "direct (tcp)" : state;
}

std::string way_text(const wire::json& peer) {
    const auto relay = person_text(object_of(object_of(peer, "path"), "relay"));
    return relay.empty() ? text_of(peer, "endpoint") : relay;
}

text_table::cell round_trip(const wire::json& peer) {
    const auto rtt = number_of(peer, "rtt_ms");
    return {rtt ? milliseconds_text(*rtt) : "", color::plain, true};
}

std::vector<text_table::cell> peer_row(const wire::json& peer, std::string name) {
    const auto sign = mark_of(peer);
    return {{sign.text, sign.color},
            {text_of(peer, "address")},
            {std::move(name), color::bold},
            {path_text(peer), sign.text.empty() ? color::dim : sign.color},
            {way_text(peer)},
            round_trip(peer),
            {joined({is_unencrypted(peer) ? "NOT ENCRYPTED" : "", problem_of(peer)}), color::red}};
}

}  // namespace buri::cli
