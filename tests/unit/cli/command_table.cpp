#include "cli/command_table.hpp"

#include "cli/command_line.hpp"
#include "cli/help.hpp"
#include "cli/manual.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace buri::cli;

namespace {

/// With a line of its own, or by name among its group's.
bool is_in_overview(const command_info& command) {
    const auto text = overview();
    const auto groups = all_groups();
    if (std::ranges::find(groups, command.group, &group_info::name)->summary.empty())
        return text.find("\n  " + std::string(command.path) + " ") != std::string::npos;
    auto flat = text.substr(text.find("\n" + std::string(command.group) + ", "));
    for (auto at = flat.find("\n  "); at != std::string::npos; at = flat.find("\n  "))
        flat.replace(at, 3, " ");
    const auto name = command.path.substr(command.path.starts_with("server ") ? 7 : 0);
    return flat.find(" " + std::string(name)) != std::string::npos;
}

}  // namespace

TEST_CASE("every command has all that a user needs to know", "[commands]") {
    for (const auto& command : all_commands()) {
        INFO(command.path);
        CHECK(command.run != nullptr);
        CHECK(std::ranges::find(all_groups(), command.group, &group_info::name) != all_groups().end());
        CHECK_FALSE(command.summary.empty());
        CHECK_FALSE(command.summary.ends_with('.'));
        CHECK_FALSE(command.example.empty());
        CHECK(command.example.find("vpn " + std::string(command.path)) != std::string_view::npos);
        CHECK(command.json.empty() == command.fields.empty());
        if (command.is_hidden) continue;
        CHECK(command.description.ends_with('.'));
        CHECK(is_in_overview(command));
        CHECK(topic_help(command.group).find("\n  " + std::string(command.path) + " ") != std::string::npos);
        CHECK(manual_page().find("\n.SS \"vpn " + std::string(command.path)) != std::string::npos);
        for (const auto& argument : command.arguments)
            CHECK_FALSE(argument.help.empty());
        for (const auto& option : command.options)
            CHECK_FALSE(option.help.empty());
    }
}

TEST_CASE("every command that only reads has JSON", "[commands]") {
    for (const auto* path : {"status",
                             "wait",
                             "events",
                             "list",
                             "peers",
                             "show",
                             "ping",
                             "why",
                             "netcheck",
                             "doctor",
                             "nick",
                             "version",
                             "rpc",
                             "requests",
                             "bans",
                             "admin list",
                             "invites",
                             "log",
                             "keys show",
                             "server status",
                             "server accounts",
                             "server account",
                             "server networks",
                             "server network",
                             "server plan list",
                             "server licence list",
                             "server relay list",
                             "server log"}) {
        INFO(path);
        REQUIRE(find_command(path) != nullptr);
        CHECK_FALSE(find_command(path)->json.empty());
    }
}

TEST_CASE("names in the table are unique", "[commands]") {
    std::set<std::string_view> paths;
    for (const auto& command : all_commands()) {
        CHECK(paths.insert(command.path).second);
        std::set<std::string_view> names;
        const auto add = [&](std::span<const option_info> options) {
            for (const auto& option : options) {
                INFO(command.path << ' ' << option.name);
                CHECK(option.name.starts_with("--"));
                CHECK(names.insert(option.name).second);
                if (!option.short_name.empty()) CHECK(names.insert(option.short_name).second);
            }
        };
        add(command.options);
        add(global_options());
    }
}

TEST_CASE("no command takes a secret as an argument", "[commands]") {
    for (const auto& command : all_commands()) {
        for (const auto& option : command.options) {
            const bool is_about_password = option.name.find("password") != std::string_view::npos;
            if (is_about_password) CHECK((option.value.empty() || option.value == "FILE"));
        }
        for (const auto& argument : command.arguments)
            CHECK(argument.name.find("PASS") == std::string_view::npos);
    }
}

TEST_CASE("help fits a terminal of 80 columns, the overview on one screen", "[commands]") {
    const auto check = [](const std::string& text) {
        std::size_t at = 0;
        while (at < text.size()) {
            const auto end = text.find('\n', at);
            const auto line = text.substr(at, end - at);
            INFO(line);
            CHECK((line.size() <= 80 || line.find("SHA256:") != std::string::npos));
            at = end + 1;
        }
    };
    check(overview());
    CHECK(std::ranges::count(overview(), '\n') <= 48);
    for (const auto& command : all_commands())
        check(command_help(command));
    for (const auto& group : all_groups())
        check(topic_help(group.name));
}

TEST_CASE("a command of several words has a family for all but its last", "[commands]") {
    for (const auto& command : all_commands()) {
        INFO(command.path);
        for (auto blank = command.path.find(' '); blank != std::string_view::npos;
             blank = command.path.find(' ', blank + 1)) {
            CHECK(find_family(command.path.substr(0, blank)) != nullptr);
            CHECK(find_command(command.path.substr(0, blank)) == nullptr);
        }
    }
    for (const auto& family : all_families()) {
        INFO(family.path);
        CHECK_FALSE(topic_help(family.path).empty());
        CHECK_FALSE(family.summary.empty());
    }
    CHECK(topic_help("nonsense").empty());
}

TEST_CASE("text is wrapped at blanks only", "[commands]") {
    CHECK(wrapped("", 10, "  ").empty());
    CHECK(wrapped("one two three", 7, "  ") == "one two\n  three");
    CHECK(wrapped("averylongword b", 4, "") == "averylongword\nb");
}
