#include "cli/handlers.hpp"
#include "cli/launch.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace buri::cli {
namespace {

constexpr std::size_t longest_token = 512;

result<std::vector<ip_address>> parse_addresses(std::string_view text) {
    std::vector<ip_address> out;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto address = ip_address::parse(text.substr(0, comma));
        if (!address) {
            return fail(errc::usage, address.error().text +
                                         "; --address takes those at which nodes reach this machine, "
                                         "like 203.0.113.40,2001:db8::40");
        }
        out.push_back(*address);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    return out;
}

result<std::string> token_in(const std::string& file) {
    std::ifstream from(file);
    std::string line;
    if (!from || !std::getline(from, line)) {
        const bool is_denied = errno == EACCES;
        return fail(is_denied ? errc::permission : errc::state_unreadable,
                    "cannot read the token from " + file + ": " + (from.eof() ? "it is empty" : std::strerror(errno)) +
                        ". Its first line is the token that 'vpn server relay add' printed");
    }
    return line;
}

result<std::string> given_token(const invocation& call) {
    const auto file = call.value("--token-file");
    const auto text = call.value("--token");
    if (file.has_value() == text.has_value()) {
        return fail(
            errc::usage,
            "give the token that 'vpn server relay add' printed: with --token-file FILE, or with --token TOKEN");
    }
    auto token = text;
    if (file) {
        auto line = token_in(*file);
        if (!line) return fail(line.error());
        token = std::move(*line);
    }
    const auto end = token->find_last_not_of(" \t\r\n");
    token->resize(end == std::string::npos ? 0 : end + 1);
    if (token->empty() || token->size() > longest_token)
        return fail(errc::usage, "a token has 1 to 512 characters. Copy the line that 'vpn server relay add' printed");
    return *token;
}

std::optional<std::uint16_t> port_of(const invocation& call, std::string_view name) {
    const auto number = call.number(name);
    return number ? std::optional(static_cast<std::uint16_t>(*number)) : std::nullopt;
}

}  // namespace

result<daemon::relay_process_options> relay_options(const invocation& call) {
    daemon::relay_process_options options;
    options.state_directory = call.state_directory(relay_state_directory);
    options.level = level_of(call);
    if (const auto text = call.value("--server")) {
        auto server = daemon::parse_server_spec(*text);
        if (!server) return fail(std::move(server.error()));
        options.server = std::move(*server);
    }
    auto token = given_token(call);
    if (!token) return fail(token.error());
    options.token = std::move(*token);
    if (const auto text = call.value("--address")) {
        auto addresses = parse_addresses(*text);
        if (!addresses) return fail(addresses.error());
        options.addresses = std::move(*addresses);
    }
    options.udp_port = port_of(call, "--listen-udp");
    options.tcp_port = port_of(call, "--listen-tcp");
    options.tls_port = port_of(call, "--listen-tls");
    options.max_kbit = call.number("--max-kbit").value_or(0);
    return options;
}

result<int> run_relay_run(invocation& call) {
    const auto options = relay_options(call);
    if (!options) return fail(options.error());
    const auto ended = call.around().run.run_relay(*options, plain_hooks(call));
    if (!ended) return fail(ended.error());
    return 0;
}

}  // namespace buri::cli
