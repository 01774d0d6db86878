// The one binary `vpn`.
#include "cli/run.hpp"
#include "cli/terminal.hpp"
#include "daemon/detach.hpp"
#include "daemon/processes.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

std::optional<std::string> variable(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
}

buri::wall_time now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

int main(int count, char** words) {
    using namespace buri;
    cli::surroundings around{.in = std::cin,
                             .out = std::cout,
                             .err = std::cerr,
                             .is_in_terminal = ::isatty(STDIN_FILENO) == 1,
                             .is_out_terminal = ::isatty(STDOUT_FILENO) == 1,
                             .is_err_terminal = ::isatty(STDERR_FILENO) == 1,
                             .variable = variable,
                             .ask_secret = cli::ask_secret,
                             .ask = cli::ask_line,
                             .now = now,
                             .run = {.run_node = daemon::run_node,
                                     .run_server = daemon::run_server,
                                     .run_relay = daemon::run_relay,
                                     .init_server = daemon::init_server,
                                     .restore_server = daemon::restore_server,
                                     .run_detached = daemon::run_detached,
                                     .examine_host = daemon::examine_host}};
    const std::vector<std::string> rest(words + (count > 0 ? 1 : 0), words + count);
    return cli::run(rest, around);
}
