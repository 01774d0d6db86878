#include "tests/sim/internet/packet_trace.hpp"

#include "buri/wire/datagram.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace buri::sim {

namespace {

std::string name_of_tag(std::uint8_t tag) {
    switch (tag) {
        case 0x31:
            return "PROBE";
        case 0x32:
            return "PROBE ACK";
        case 0x41:
            return "KE1";
        case 0x42:
            return "KE2";
        case 0x43:
            return "KE3";
        default:
            return "clear";
    }
}

std::string name_of(byte_view head, std::size_t size) {
    const auto length = " (" + std::to_string(size) + ")";
    const auto view = head.first(std::min(head.size(), size));
    switch (wire::classify(view)) {
        case wire::datagram_kind::stun:
            return (view[0] == 0 ? "STUN request" : "STUN response") + length;
        case wire::datagram_kind::relay_control:
            return "relay" + length;
        case wire::datagram_kind::unknown:
            return "?" + length;
        case wire::datagram_kind::tunnel_clear: {
            const auto header = wire::parse_datagram_header(view);
            return name_of_tag(view.size() > 8 ? view[8] : 0) + " " + to_string(header->to) + length;
        }
        case wire::datagram_kind::tunnel_sealed: {
            const auto header = wire::parse_datagram_header(view);
            return "SEALED " + to_string(header->to.base()) + " epoch " + std::to_string(header->to.epoch()) + " id " +
                   std::to_string(header->id) + length;
        }
    }
    return "?";
}

}  // namespace

void packet_trace::keep(row what) {
    if (rows_.size() == kept) rows_.pop_front();
    rows_.push_back(std::move(what));
}

void packet_trace::note_datagram(time_point at, std::string_view from, std::string_view to, byte_view data,
                                 std::string_view verdict) {
    row next{.at = at, .from = std::string(from), .to = std::string(to), .text = {}, .verdict = std::string(verdict)};
    next.size = data.size();
    std::ranges::copy(data.first(std::min(data.size(), next.head.size())), next.head.begin());
    keep(std::move(next));
}

void packet_trace::note(time_point at, std::string_view from, std::string_view to, std::string text) {
    keep({.at = at, .from = std::string(from), .to = std::string(to), .text = std::move(text), .verdict = {}});
}

std::string packet_trace::draw() const {
    std::string drawing;
    for (const auto& each : rows_) {
        const auto ms = std::chrono::duration<double, std::milli>(each.at.time_since_epoch()).count();
        std::array<char, 160> line{};
        const auto arrow = each.verdict.empty() ? "---->" : "--x  ";
        const auto text = each.text.empty() ? name_of(each.head, each.size) : each.text;
        std::snprintf(line.data(), line.size(), "%12.1f ms  %-10s %s %-10s %s", ms, each.from.c_str(), arrow,
                      each.to.c_str(), text.c_str());
        drawing += line.data();
        if (!each.verdict.empty()) drawing += "  [" + each.verdict + "]";
        drawing += '\n';
    }
    return drawing;
}

}  // namespace buri::sim
