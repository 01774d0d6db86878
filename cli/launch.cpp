#include "cli/launch.hpp"

#include "buri/base/ids.hpp"
#include "cli/printable.hpp"
#include "daemon/readiness.hpp"

#include <algorithm>

namespace buri::cli {

std::optional<log_level> level_of(const invocation& call) {
    if (call.has("--verbose")) return log_level::debug;
    // A log file is not what --quiet is about.
    if (call.is_quiet() && !call.has("--detach")) return log_level::error;
    return std::nullopt;
}

namespace {

/// As the kernel has it: at most 15 bytes, no slash, no blank, not "." or "..".
result<std::string> parse_interface(const std::string& text) {
    const bool fits = !text.empty() && text.size() <= 15 && text != "." && text != ".." &&
                      text.find_first_of("/ \t\n:%") == std::string::npos;
    if (!fits)
        return fail(errc::usage,
                    "'" + text + "' is not an interface's name. Use 1 to 15 characters without blanks and / : %");
    return text;
}

}  // namespace

result<daemon::node_process_options> node_options(const invocation& call) {
    daemon::node_process_options options;
    options.state_directory = call.state_directory();
    options.config_file = call.config_file();
    options.socket = call.socket();
    options.level = level_of(call);
    if (const auto text = call.value("--server")) {
        auto server = daemon::parse_server_spec(*text);
        if (!server) return fail(std::move(server.error()));
        options.server = std::move(*server);
    }
    if (const auto text = call.value("--interface")) {
        auto name = parse_interface(*text);
        if (!name) return fail(std::move(name.error()));
        options.interface_name = std::move(*name);
    }
    if (const auto text = call.value("--nick")) {
        auto nickname = parse_nickname(*text);
        if (!nickname) return fail(std::move(nickname.error()));
        options.nickname = std::move(*nickname);
    }
    if (const auto port = call.number("--port")) options.port = static_cast<std::uint16_t>(*port);
    if (const auto type = call.value("--key-type")) {
        options.key_type = *type == "rsa" ? crypto::key_type::rsa : crypto::key_type::ed25519;
    }
    return options;
}

result<void> go_up_detached(const invocation& call, daemon::node_process_options options, daemon::process_hooks hooks,
                            std::chrono::milliseconds limit) {
    options.log_file = options.state_directory / "vpn.log";
    const daemon::detach_options how{.log_file = options.log_file, .timeout = limit};
    return call.around().run.run_detached(how, hooks, [&](const daemon::process_hooks& child) {
        auto answered = child;
        if (!hooks.confirm_key) answered.confirm_key = nullptr;
        return call.around().run.run_node(options, answered);
    });
}

daemon::server_process_options server_options(const invocation& call) {
    daemon::server_process_options options;
    options.state_directory = call.state_directory(server_state_directory);
    options.config_file = call.config_file();
    options.socket = call.server_socket();
    options.level = level_of(call);
    return options;
}

daemon::process_hooks plain_hooks(const invocation& call) {
    daemon::process_hooks hooks;
    hooks.progress = [&call](const daemon::progress_step& step) {
        constexpr std::size_t column = 9;
        std::string line = printable(step.label);
        line.resize(std::max(column, line.size() + 1), ' ');
        call.remark(line + printable(step.text));
        call.around().err.flush();
    };
    hooks.ready = [](const wire::json&) { daemon::notify_service_manager("READY=1"); };
    hooks.stopping = [] { daemon::notify_service_manager("STOPPING=1"); };
    return hooks;
}

bool ask_about_key(const invocation& call, const daemon::key_question& question) {
    const auto& around = call.around();
    around.err << "The server " << printable(daemon::host_and_port(question.server))
               << " shows a key that is not known here:\n  " << printable(question.fingerprint) << " ("
               << printable(question.key_type) << ")\nCompare it with what 'vpn server init' prints on the server.\n"
               << std::flush;
    while (true) {
        const auto answer = around.ask("Trust this key, and no other from now on? (yes/no) ");
        if (!answer || *answer == "no" || *answer == "n") return false;
        if (*answer == "yes") return true;
    }
}

}  // namespace buri::cli
