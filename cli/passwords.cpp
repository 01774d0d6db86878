#include "cli/passwords.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace buri::cli {
namespace {

constexpr std::size_t longest = 1024;

result<std::optional<std::string>> first_line(std::istream& from, const std::string& where) {
    std::string line;
    std::getline(from, line);
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty())
        return fail(errc::password_missing, "the password on " + where + " is empty. Its first line is the password");
    if (line.size() > longest) return fail(errc::usage, "the password on " + where + " is longer than 1024 bytes");
    return std::optional(std::move(line));
}

}  // namespace

result<std::optional<std::string>> given_password(const invocation& call) {
    const auto file = call.value("--password-file");
    const bool from_stdin = call.has("--password-stdin");
    if (file && from_stdin)
        return fail(errc::usage, "--password-stdin and --password-file exclude each other. Give one of them");
    if (from_stdin) return first_line(call.around().in, "standard input");
    if (!file) return std::optional<std::string>();
    std::ifstream from(*file);
    if (!from) {
        const bool denied = errno == EACCES;
        return fail(
            denied ? errc::permission : errc::state_unreadable,
            "cannot read the password from " + *file + ": " + std::strerror(errno) + ". Check the path and its mode");
    }
    return first_line(from, *file);
}

result<std::string> asked_password(const invocation& call, const std::string& network, bool is_new) {
    const auto& around = call.around();
    if (!around.is_in_terminal) {
        return fail(errc::password_missing,
                    "a password is needed, and there is no terminal to ask for it. Use --password-stdin or "
                    "--password-file" +
                        std::string(is_new ? ", or --open for none" : ""));
    }
    const auto password = around.ask_secret("Password of '" + network + "': ");
    if (!password || password->empty())
        return fail(errc::password_missing, "no password was given. Nothing was changed");
    if (is_new) {
        const auto again = around.ask_secret("Once more: ");
        if (again != password) return fail(errc::password_missing, "the two passwords differ. Nothing was changed");
    }
    return *password;
}

}  // namespace buri::cli
