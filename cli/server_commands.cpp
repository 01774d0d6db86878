#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/launch.hpp"

namespace buri::cli {
namespace {

wire::json document_of(const daemon::init_report& report) {
    return {{"changed", report.created},
            {"state", report.state_directory.string()},
            {"server", daemon::to_string(report.server)},
            {"fingerprint_ed25519", report.fingerprint_ed25519},
            {"fingerprint_rsa", report.fingerprint_rsa},
            {"pool", report.pool},
            {"ula", report.ula}};
}

/// "1 account", "2 accounts"
std::string counted(std::size_t count, std::string_view what) {
    return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

result<int> run_server_init(invocation& call) {
    daemon::init_options options;
    options.state_directory = call.state_directory(server_state_directory);
    if (const auto text = call.value("--host")) {
        const auto host = daemon::parse_server_spec(*text);
        if (!host) return fail(host.error());
        if (host->fingerprint)
            return fail(errc::usage, "--host is HOST[:PORT]: the keys are made here. Leave the fingerprint out");
        options.host = host->host;
        if (host->port != daemon::server_spec::default_port) options.port = host->port;
    }
    const auto report = call.around().run.init_server(options);
    if (!report)
        return fail(while_doing("cannot make a server in " + options.state_directory.string(), report.error()));
    const auto place = report->state_directory.string();
    call.remark(report->created ? "made host keys, database and server.toml in " + place
                                : "there is a server in " + place + " already; nothing was changed");
    const bool is_usual = report->state_directory == server_state_directory;
    call.remark("start it with 'vpn server run" + (is_usual ? "" : " --state " + place) + "'; a node comes up with:");
    call.answer(document_of(*report), "vpn up --server " + daemon::to_string(report->server) + "\n");
    return 0;
}

result<int> run_server_run(invocation& call) {
    const auto ended = call.around().run.run_server(server_options(call), plain_hooks(call));
    if (!ended) return fail(ended.error());
    return 0;
}

result<int> run_server_restore(invocation& call) {
    daemon::restore_options options;
    options.file = std::filesystem::absolute(call.argument("FILE")).lexically_normal();
    options.state_directory = call.state_directory(server_state_directory);
    const auto report = call.around().run.restore_server(options);
    if (!report) return fail(while_doing("cannot restore " + options.file.string(), report.error()));
    const auto place = report->state_directory.string();
    const auto accounts = counted(report->accounts, "account");
    const auto networks = counted(report->networks, "network");
    const bool is_usual = report->state_directory == server_state_directory;
    call.remark("start it with 'vpn server run" + (is_usual ? "" : " --state " + place) + "'");
    call.answer({{"state", place}, {"accounts", report->accounts}, {"networks", report->networks}},
                "restored " + place + ": " + accounts + ", " + networks + "\n");
    return 0;
}

}  // namespace buri::cli
