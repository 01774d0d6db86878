#pragma once
// At a command line beside a daemon, and beside a server.
#include "fake_daemon.hpp"
#include "session.hpp"

namespace buri::test {

inline fake_daemon::answer refusal(errc code) {
    return tl::unexpected(make_error(code));
}

struct desk {
    fake_daemon daemon;
    session user;

    desk() { user.environment["VPN_SOCKET"] = daemon.socket(); }
    int run(const std::string& words) { return user.run(words); }
    int run(const std::vector<std::string>& words) { return user.run(words); }
    wire::json params() { return daemon.calls().empty() ? wire::json() : daemon.calls().back().second; }
    std::string method() { return daemon.calls().empty() ? "" : daemon.calls().back().first; }
    wire::json document() const { return wire::json::parse(user.out); }
};

struct server_desk : desk {
    server_desk() { user.environment.erase("VPN_SOCKET"); }
    int run(const std::string& words) { return user.run("server --socket " + daemon.socket() + " " + words); }
    int run(std::vector<std::string> words) {
        words.insert(words.begin(), {"server", "--socket", daemon.socket()});
        return user.run(words);
    }
};

}  // namespace buri::test
