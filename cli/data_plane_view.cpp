#include "cli/data_plane_view.hpp"

#include "cli/json_access.hpp"
#include "cli/view_parts.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace buri::cli {
namespace {

using named_field = std::pair<const char*, const char*>;

/// The names of those that are true: "super-packets of TCP, checksums"; what is left to this program otherwise.
template <std::size_t Count>
std::string offloads_text(const wire::json& plane, const std::array<named_field, Count>& fields) {
    std::string out;
    for (const auto& [field, name] : fields) {
        if (bool_of(plane, field)) out += (out.empty() ? "" : ", ") + std::string(name);
    }
    return out.empty() ? "nothing: one packet a call" : out;
}

/// "44.0 packets a call (1234 calls)"; empty before the first.
std::string flow_text(const wire::json& flow) {
    const auto calls = number_of(flow, "calls").value_or(0);
    if (calls <= 0) return {};
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%.1f packets a call (%.0f in %.0f)",
                  number_of(flow, "packets").value_or(0) / calls, number_of(flow, "packets").value_or(0), calls);
    return text.data();
}

/// Only what went wrong: "3 fallbacks, 1 refused".
std::string trouble_text(const wire::json& plane) {
    std::string out;
    for (const auto* const name : {"fallbacks", "waits", "refused", "truncated", "malformed"}) {
        if (number_of(plane, name).value_or(0) <= 0) continue;
        out += (out.empty() ? "" : ", ") + text_of(plane, name) + " " + name;
    }
    return out.empty() ? "none" : out;
}

}  // namespace

std::string data_plane_view(const wire::json& status, const palette& colors) {
    const auto& plane = object_of(status, "data_plane");
    if (plane.empty()) return {};
    text_table table;
    add_line(table, "threads", text_of(plane, "threads"));
    add_line(table, "sealing",
             joined({prefixed("aes ", text_of(plane, "aes")), prefixed("chacha ", text_of(plane, "chacha"))}));
    constexpr std::array<named_field, 3> of_tun{
        {{"tun_tcp", "super-packets of TCP"}, {"tun_udp", "of UDP"}, {"tun_checksums", "checksums"}}};
    add_line(table, "interface", offloads_text(plane, of_tun));
    constexpr std::array<named_field, 2> of_udp{
        {{"udp_segmentation", "segmentation"}, {"udp_coalescing", "coalescing"}}};
    add_line(table, "socket",
             joined({offloads_text(plane, of_udp), prefixed("buffer ", bytes_text(plane, "receive_buffer"))}));
    for (const auto* const name : {"read", "sent", "received", "written"})
        add_line(table, name, flow_text(object_of(plane, name)));
    add_line(table, "trouble", trouble_text(plane));
    return "\n" + table.print(colors);
}

}  // namespace buri::cli
