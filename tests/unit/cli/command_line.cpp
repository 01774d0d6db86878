#include "cli/command_table.hpp"
#include "cli/suggestion.hpp"
#include "daemon/version.hpp"

#include <catch2/catch.hpp>

#include "session.hpp"

using buri::test::session;
using buri::wire::json;

namespace {

struct row {
    std::string words;
    std::string says;
};

}  // namespace

TEST_CASE("no command shows the help as an error, -h as an answer", "[command_line]") {
    session user;
    CHECK(user.run("") == 2);
    CHECK(user.out.empty());
    CHECK(user.err.starts_with("vpn: machines behind NAT"));
    CHECK(user.run("--json") == 2);
    for (const auto* words : {"-h", "--help", "help", "--json -h"}) {
        CHECK(user.run(words) == 0);
        CHECK(user.out.starts_with("vpn: machines behind NAT"));
        CHECK(user.err.empty());
    }
}

TEST_CASE("every command explains itself", "[command_line]") {
    session user;
    for (const auto& command : buri::cli::all_commands()) {
        const std::string path(command.path);
        INFO(path);
        CHECK(user.run(path + " --help") == 0);
        CHECK(user.out.starts_with("vpn " + path + ": "));
        const auto text = user.out;
        CHECK(user.run("-h " + path) == 0);
        CHECK(user.out == text);
        CHECK(user.run("help " + path) == 0);
        CHECK(user.out == text);
        CHECK(user.err.empty());
    }
}

TEST_CASE("a wrong use says what is wrong and how it is right", "[command_line]") {
    const auto rows = {
        row{"jion lab1", "vpn: there is no command 'jion'. Did you mean 'join'? See 'vpn help'."},
        row{"xyzzy", "vpn: there is no command 'xyzzy'. See 'vpn help'."},
        row{"server", "vpn: 'vpn server' needs one more word. Use 'vpn server init' or 'vpn server run'."},
        row{"server stop", "vpn: 'vpn server' needs one more word."},
        row{"join", "NETWORK is missing. Usage: vpn join NETWORK [--password-stdin]"},
        row{"join lab1 lab2", "'lab2' is one argument too many. Usage: vpn join"},
        row{"join lab1 --pasword-stdin",
            "'vpn join' has no option '--pasword-stdin'. Did you mean '--password-stdin'? See 'vpn help join'."},
        row{"status --nonsense", "'vpn status' has no option '--nonsense'. See 'vpn help status'."},
        row{"ping nas -c", "-c"},
        row{"ping nas -c zero", "'zero' is not a number from 1 on for --count"},
        row{"ping nas -c 0", "'0' is not a number from 1 on for --count"},
        row{"ping nas -c 99999999999", "is not a number from 1 on for --count"},
        row{"ping nas -i nan", "'nan' is not a number of seconds for --interval"},
        row{"ping nas -i 1s", "'1s' is not a number of seconds for --interval"},
        row{"up --port 65536", "'65536' is not a port from 1 to 65535 for --port"},
        row{"up --port 0", "'0' is not a port"},
        row{"up --key-type dsa", "'dsa' is not one of ed25519 rsa for --key-type"},
        row{"up --wait=soon", "'soon' is not a number of seconds for --wait"},
        row{"up --server host:port", "'host:port' is not a server: the port is not a number"},
        row{"up --server host#SHA256:abc", "what follows the '#' is not a fingerprint"},
        row{"up --interface a/b", "'a/b' is not an interface's name"},
        row{"up --interface sixteen-letters!", "is not an interface's name"},
        row{"up --nick -x-", ""},
        row{"up --nick a_b", "'a_b' is not a nickname"},
        row{"wait --for nothing", "'nothing' is not one of address online peer= direct= for --for"},
        row{"wait --for peer=", "'peer=' is not one of"},
        row{"completion csh", "'csh' is not one of bash zsh fish for SHELL"},
        row{"status --color blue", "'blue' is not one of auto always never for --color"},
        row{"create abc", "'abc' is not a network's name"},
        row{"create a/b/c/d", "'a/b/c/d' is not a network's name"},
        row{"join ab", "'ab' is not a network's name"},
        row{"leave ab", "'ab' is not a network's name"},
        row{"delete ab", "'ab' is not a network's name"},
        row{"list ab", "'ab' is not a network's name"},
        row{"nick a_b", "'a_b' is not a nickname"},
        row{"rpc status [1]", "PARAMS is not a JSON object"},
        row{"rpc status {", "PARAMS is not a JSON object"},
        row{"create lab1 --open --password-stdin", "--open means no password"},
        row{"join lab1 --password-stdin --password-file x", "--password-stdin and --password-file exclude each other"},
        row{"server init --host host#SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "--host is HOST[:PORT]"},
    };
    for (const auto& [words, says] : rows) {
        INFO(words);
        session user;
        user.input = "secret\n";
        user.environment["VPN_SOCKET"] = "/no/such/socket";
        CHECK(user.run(words) == 2);
        CHECK(user.out.empty());
        CHECK(user.err.starts_with("vpn: "));
        CHECK(user.err.ends_with(".\n"));
        CHECK(user.err.find(says) != std::string::npos);
    }
}

TEST_CASE("with --json an error is a document too", "[command_line]") {
    session user;
    CHECK(user.run("join ab --json") == 2);
    const auto document = json::parse(user.out);
    CHECK(document["error"]["name"] == "name_invalid");
    CHECK(document["error"]["code"] == 60);
    CHECK(document["error"]["exit"] == 2);
    CHECK("vpn: " + document["error"]["text"].get<std::string>() + "\n" == user.err);
    CHECK(user.run("--json nonsense") == 2);
    CHECK(json::parse(user.out)["error"]["name"] == "usage");
}

TEST_CASE("without a daemon the exit code is 3 and the text says what to do", "[command_line]") {
    session user;
    for (const auto* words : {"status", "list", "peers", "show nas", "ping nas", "nick", "nick anna", "wait", "events",
                              "rpc status", "create lab1 --open", "join lab1", "leave lab1", "delete lab1"}) {
        INFO(words);
        CHECK(user.run(std::string("--socket /no/such/socket ") + words) == 3);
        CHECK(user.err ==
              "vpn: no daemon is running here (nobody listens on /no/such/socket). Start one with 'vpn up', or name "
              "another with "
              "--state or --socket.\n");
    }
    CHECK(user.run("down --socket /no/such/socket") == 0);
    CHECK(user.err == "no daemon is running\n");
    CHECK(user.run("down --socket /no/such/socket --json") == 0);
    CHECK(user.out == "{\"changed\":false}\n");
    CHECK(user.run("names peers --socket /no/such/socket") == 0);
    CHECK(user.out.empty());
}

TEST_CASE("the socket is found by option, then environment, then the state directory", "[command_line]") {
    session user;
    const auto socket_named = [&](const std::string& path) {
        return user.err.find("listens on " + path + ")") != std::string::npos;
    };
    user.run("status --state /no/such/state");
    CHECK(socket_named("/no/such/state/vpn.sock"));
    user.environment["VPN_STATE"] = "/no/other/state";
    user.run("status");
    CHECK(socket_named("/no/other/state/vpn.sock"));
    user.environment["VPN_SOCKET"] = "/no/such.sock";
    user.run("status --state /no/such/state");
    CHECK(socket_named("/no/such.sock"));
    user.run("status --socket=/no/option.sock");
    CHECK(socket_named("/no/option.sock"));
    user.environment["VPN_SOCKET"] = "";
    user.run("status");
    CHECK(socket_named("/no/other/state/vpn.sock"));
    CHECK(user.run("status --socket /" + std::string(120, 'x')) == 2);
}

TEST_CASE("the version needs no daemon", "[command_line]") {
    session user;
    const std::string version(buri::daemon::version());
    CHECK(user.run("version") == 0);
    CHECK(user.out == "vpn " + version + "\nprotocol 1, suites classic, aes, chacha\n");
    CHECK(user.run("--version") == 0);
    CHECK(user.out.starts_with("vpn " + version));
    CHECK(user.run("version --json") == 0);
    CHECK(json::parse(user.out) ==
          json{{"version", version}, {"protocol", 1}, {"suites", {"classic", "aes", "chacha"}}});
}

TEST_CASE("a suggestion is near or there is none", "[command_line]") {
    using buri::cli::suggest;
    const std::vector<std::string_view> known{"join", "leave", "list", "status", "server init"};
    CHECK(suggest("jion", known) == "join");
    CHECK(suggest("stat", known) == "status");
    CHECK(suggest("lst", known) == "list");
    CHECK(suggest("LEAVE", known).empty());
    CHECK(suggest("", known).empty());
    CHECK(suggest("x", known).empty());
    CHECK(suggest(std::string(1000, 'j'), known).empty());
}
