#include "buri/link/failures.hpp"

#include <algorithm>
#include <array>

namespace buri::link {
namespace {

bool has(const std::vector<failure>& all, errc code) {
    return std::ranges::any_of(all, [&](const failure& one) { return one.why.code == code; });
}

/// The lines, each once, in the order of their coming.
std::string joined(const std::vector<failure>& all) {
    std::vector<std::string> lines;
    for (const auto& [what, why] : all) {
        auto line = what.empty() ? why.text : what + ": " + why.text;
        while (line.ends_with('.'))
            line.pop_back();
        if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
    }
    std::string out;
    for (const auto& line : lines)
        out += (out.empty() ? "" : "; ") + line;
    return out;
}

}  // namespace

bool is_decisive(errc code) {
    constexpr std::array codes{errc::server_key_unknown, errc::server_key_mismatch, errc::server_key_changed,
                               errc::suite_refused, errc::key_unsuitable};
    return std::ranges::find(codes, code) != codes.end();
}

error join_failures(const std::vector<failure>& all, const std::string& whom) {
    const auto decisive = std::ranges::find_if(all, [](const failure& one) { return is_decisive(one.why.code); });
    if (decisive != all.end()) return decisive->why;
    const bool only_names = !all.empty() && std::ranges::all_of(all, [](const failure& one) {
        return one.why.code == errc::server_unresolved;
    });
    if (only_names) return make_error(errc::server_unresolved, joined(all));
    const auto reasons = all.empty() ? std::string("it has no address") : joined(all);
    if (has(all, errc::intercepted)) {
        return make_error(errc::intercepted,
                          whom + " cannot be reached unharmed: " + reasons +
                              ". Use another network, or ask whoever runs this one to let the server through.");
    }
    return make_error(errc::server_unreachable,
                      whom + " cannot be reached (" + reasons +
                          "). Check that it runs and that one of these ways is open from here.");
}

}  // namespace buri::link
