#pragma once
// What the command line touches of the world, so that a test can be all of it.
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"
#include "daemon/detach.hpp"
#include "daemon/processes.hpp"

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

namespace buri::cli {

struct processes {
    std::function<result<void>(const daemon::node_process_options&, const daemon::process_hooks&)> run_node;
    std::function<result<void>(const daemon::server_process_options&, const daemon::process_hooks&)> run_server;
    std::function<result<void>(const daemon::relay_process_options&, const daemon::process_hooks&)> run_relay;
    std::function<result<daemon::init_report>(const daemon::init_options&)> init_server;
    std::function<result<daemon::restore_report>(const daemon::restore_options&)> restore_server;
    std::function<result<void>(const daemon::detach_options&, const daemon::process_hooks&,
                               const daemon::detached_process&)>
        run_detached;
    std::function<wire::json(const std::filesystem::path& state_directory)> examine_host;
};

struct surroundings {
    std::istream& in;
    std::ostream& out;  ///< answers
    std::ostream& err;  ///< everything else
    bool is_in_terminal = false;
    bool is_out_terminal = false;
    bool is_err_terminal = false;
    std::function<std::optional<std::string>(const std::string& name)> variable;  ///< of the environment
    std::function<std::optional<std::string>(const std::string& prompt)>
        ask_secret;                                                            ///< without echo; nothing: given up
    std::function<std::optional<std::string>(const std::string& prompt)> ask;  ///< a line
    std::function<wall_time()> now;
    processes run;
};

}  // namespace buri::cli
