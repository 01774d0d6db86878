// What is made from the command table and checked in is what the table makes today. To renew:
//   vpn completion bash > completions/vpn.bash; vpn completion zsh > completions/_vpn; vpn completion fish > completions/vpn.fish
//   vpn manual > man/vpn.1
#include "buri/base/errors.hpp"
#include "cli/command_table.hpp"
#include "cli/completion.hpp"
#include "cli/json_shapes.hpp"
#include "cli/manual.hpp"
#include "daemon/node_service.hpp"
#include "daemon/server_service.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>
#include <string>

using namespace buri::cli;

namespace {

bool is_checked_in(const std::string& path, const std::string& text) {
    std::ostringstream out;
    out << std::ifstream(std::string(BURI_SOURCE_DIR) + "/" + path).rdbuf();
    return out.str() == text;
}

}  // namespace

TEST_CASE("the checked-in completions are those of the table", "[generated]") {
    CHECK(is_checked_in("completions/vpn.bash", completion_script("bash")));
    CHECK(is_checked_in("completions/_vpn", completion_script("zsh")));
    CHECK(is_checked_in("completions/vpn.fish", completion_script("fish")));
}

TEST_CASE("the checked-in manual is that of the table", "[generated]") {
    CHECK(is_checked_in("man/vpn.1", manual_page()));
}

TEST_CASE("every completion knows every command and option, and no hidden one", "[generated]") {
    for (const auto* shell : {"bash", "zsh", "fish"}) {
        const auto script = completion_script(shell);
        for (const auto& command : all_commands()) {
            INFO(shell << ' ' << command.path);
            const auto last = command.path.substr(
                command.path.rfind(' ') == std::string_view::npos ? 0 : command.path.rfind(' ') + 1);
            if (command.path == "manual" || command.path == "help") {
                CHECK(script.find("'" + std::string(command.path)) == std::string::npos);
            } else if (!command.is_hidden) {
                CHECK(script.find(last) != std::string::npos);
            }
            for (const auto& option : command.options)
                CHECK(script.find(option.name.substr(2)) != std::string::npos);
        }
        for (const auto& option : global_options())
            CHECK(script.find(option.name.substr(2)) != std::string::npos);
    }
}

TEST_CASE("the manual names every error, every JSON field and every method of the daemons", "[generated]") {
    const auto page = manual_page();
    for (const auto& row : buri::all_errors())
        CHECK(page.find("\\fB" + std::string(row.name) + "\\fR") != std::string::npos);
    for (const auto& shape : json_shapes) {
        for (const auto& field : shape.fields)
            CHECK(page.find(field.name) != std::string::npos);
    }
    const auto local = page.substr(page.find(".SH LOCAL INTERFACE"));
    for (const auto method : buri::daemon::node_service::methods()) {
        INFO(method);
        CHECK(local.find(method) != std::string::npos);
    }
    const auto of_server = local.substr(local.find(".SS Of a server"));
    for (const auto method : buri::daemon::server_service::methods()) {
        INFO(method);
        CHECK(of_server.find(method) != std::string::npos);
    }
}

TEST_CASE("no line of the manual is a roff request by accident", "[generated]") {
    std::istringstream lines(manual_page());
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        CHECK_FALSE(line.starts_with("'"));
        if (line.starts_with('.')) CHECK(line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZnfi", 1) != 1);
    }
}
