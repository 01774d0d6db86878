#include "cli/command_table.hpp"

#include "cli/command_rows.hpp"

#include <algorithm>
#include <array>

namespace buri::cli {
namespace {

constexpr auto groups = std::to_array<group_info>({
    {"run", ""},
    {"networks", ""},
    {"administration", "for the owners of networks and their administrators"},
    {"peers", ""},
    {"account", "this node's key, plan and account"},
    {"look", ""},
    {"server", "for the operator of a mediation server"},
});

constexpr auto families = std::to_array<family_info>({
    {"admin", "administrators of a network"},
    {"keys", "keys"},
    {"licence", "licence keys"},
    {"account", "this node's account"},
    {"server", "the mediation server"},
    {"server plan", "what accounts may use"},
    {"server licence", "licence keys"},
    {"server relay", "relays on other machines"},
    {"relay", "a relay of a mediation server's fleet"},
});

constexpr auto globals = std::to_array<option_info>({
    {"--state", "", "DIR",
     "the daemon's files; VPN_STATE; by default /var/lib/vpn, of a server /var/lib/vpn-server, of a relay "
     "/var/lib/vpn-relay",
     value_kind::directory},
    {"--socket", "", "PATH",
     "the daemon's socket; VPN_SOCKET; by default vpn.sock in the state directory, of a server server.sock (VPN_SOCKET "
     "is "
     "a node's)",
     value_kind::file},
    {"--config", "", "FILE", "the configuration; VPN_CONFIG; by default config.toml in the state directory",
     value_kind::file},
    {"--json", "", "", "print one JSON document"},
    {"--quiet", "-q", "", "no progress, and only errors in the log"},
    {"--verbose", "-v", "", "more in the log"},
    {"--color", "", "WHEN", "auto, always or never; NO_COLOR is obeyed", value_kind::choice, false,
     "auto always never"},
    {"--help", "-h", "", "explain the command"},
});

}  // namespace

std::span<const command_info> all_commands() {
    return command_rows();
}

std::span<const group_info> all_groups() {
    return groups;
}

std::span<const family_info> all_families() {
    return families;
}

std::span<const option_info> global_options() {
    return globals;
}

const command_info* find_command(std::string_view path) {
    const auto rows = command_rows();
    const auto row = std::ranges::find(rows, path, &command_info::path);
    return row == rows.end() ? nullptr : &*row;
}

const family_info* find_family(std::string_view path) {
    const auto* const family = std::ranges::find(families, path, &family_info::path);
    return family == families.end() ? nullptr : &*family;
}

std::string usage_line(const command_info& command) {
    std::string line = "vpn " + std::string(command.path);
    for (const auto& argument : command.arguments) {
        line += argument.is_required ? " " : " [";
        line += argument.name;
        if (!argument.is_required) line += ']';
    }
    for (const auto& option : command.options) {
        line += " [";
        line += option.name;
        if (!option.value.empty()) {
            line += option.is_value_optional ? "[=" : " ";
            line += option.value;
            if (option.is_value_optional) line += ']';
        }
        line += ']';
    }
    return line;
}

}  // namespace buri::cli
