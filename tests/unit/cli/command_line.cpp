#include "buri/crypto/aead_backend.hpp"
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
        row{"server",
            "vpn: 'vpn server' needs one more word: init, run, status, accounts, account, remove-account, "
            "networks, network, remove-network, log, backup, restore, reload, plan, licence, relay. See 'vpn help "
            "server'."},
        row{"server plan", "vpn: 'vpn server plan' needs one more word: list, set. See 'vpn help server plan'."},
        row{"server --state /x plan", "vpn: 'vpn server plan' needs one more word: list, set."},
        row{"server xyzzy", "vpn: there is no command 'server xyzzy'. See 'vpn help server'."},
        row{"server plan sett nas premium",
            "vpn: there is no command 'server plan sett'. Did you mean 'server plan set'? See 'vpn help server plan'."},
        row{"server acounts", "there is no command 'server acounts'. Did you mean 'server accounts'?"},
        row{"server plann set nas premium", "there is no command 'server plann'. Did you mean 'server plan'?"},
        row{"admin", "vpn: 'vpn admin' needs one more word: grant, revoke, list. See 'vpn help admin'."},
        row{"admin gant team nas", "there is no command 'admin gant'. Did you mean 'admin grant'?"},
        row{"admn list team", "there is no command 'admn'. Did you mean 'admin'?"},
        row{"server plan set nas", "PLAN is missing. Usage: vpn server plan set NODE PLAN [--until WHEN]"},
        row{"join", "NETWORK|INVITE is missing. Usage: vpn join NETWORK|INVITE [--password-stdin]"},
        row{"join team --wait soon", "'soon' is one argument too many"},
        row{"join vpn://h/team?k=x&t=y", "this is not an invite: it has no token"},
        row{"join vpn://h/team?k=x&t=y --password-stdin", "an invite takes the place of the password"},
        row{"set team", "nothing was named that is to be set. Use --password, --open,"},
        row{"set team --lock --unlock", "--lock and --unlock exclude each other"},
        row{"set team --open --password-stdin",
            "--password, --password-stdin, --password-file and --open exclude each other"},
        row{"set team --open --password", "exclude each other"},
        row{"set team --approve yes", "'yes' is not one of auto, manual for --approve"},
        row{"set team --encryption none", "'none' is not one of on, off for --encryption"},
        row{"set ab --lock", "'ab' is not a network's name"},
        row{"ban team nas --until yesterday", "'yesterday' is not a day (2027-01-31), a time"},
        row{"ban team nas --until 2026-01-02", "'2026-01-02' for --until is over already"},
        row{"ban team nas --reason=" + std::string(257, 'x'), "the text is longer than 256 bytes"},
        row{"admin grant team nas", "--can is missing. Name what the peer can do"},
        row{"admin grant team nas --can everything",
            "'everything' is not one or more of password, access, approve, evict, ban, message, apart by commas, for "
            "--can"},
        row{"admin grant team nas --can evict,", "'evict,' is not one or more of"},
        row{"admin revoke team nas --can ,", "',' is not one or more of"},
        row{"transfer team", "a transfer is one of PEER, --withdraw, --accept and --decline"},
        row{"transfer team nas --accept", "a transfer is one of PEER"},
        row{"transfer team --decline --accept", "a transfer is one of PEER"},
        row{"welcome team text --clear", "TEXT and --clear exclude each other"},
        row{"announce team " + std::string(1025, 'x'), "the text is longer than 1024 bytes"},
        row{"announce team hello world", "'world' is one argument too many"},
        row{"announce team \xff", "the text is not UTF-8"},
        row{"announce team a\x1b[31m", "the text holds control characters"},
        row{"invite team --uses -1", "-1"},
        row{"invite team --uses many", "'many' is not a number for --uses"},
        row{"invite team --expires 0h", "'0h' is not a day"},
        row{"uninvite team x", "'x' is not a number from 1 on for ID"},
        row{"log team --lines 1001 --socket /no", "--lines is 1000 at most"},
        row{"log ab", "'ab' is not a network's name"},
        row{"server licence make --plan premium --for any", "--months is missing"},
        row{"server licence make --plan premium --for any --months 3", "'3' is not one of 1, 6, 12 for --months"},
        row{"server licence make --plan Pre! --for any --months 1", "'Pre!' is not a plan's name"},
        row{"server plan set nas PREMIUM", "'PREMIUM' is not a plan's name. 'vpn server plan list' shows them"},
        row{"server plan set nas premium --until 1970-01-01", "is over already"},
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
        row{"up --key-type dsa", "'dsa' is not one of ed25519, rsa for --key-type"},
        row{"up --wait=soon", "'soon' is not a number of seconds for --wait"},
        row{"up --server host:port", "'host:port' is not a server: the port is not a number"},
        row{"up --server host#SHA256:abc", "what follows the '#' is not a fingerprint"},
        row{"up --interface a/b", "'a/b' is not an interface's name"},
        row{"up --interface sixteen-letters!", "is not an interface's name"},
        row{"up --nick -x-", ""},
        row{"up --nick a_b", "'a_b' is not a nickname"},
        row{"wait --for nothing", "'nothing' is not one of address, online, peer=, direct= for --for"},
        row{"wait --for peer=", "'peer=' is not one of"},
        row{"completion csh", "'csh' is not one of bash, zsh, fish for SHELL"},
        row{"status --color blue", "'blue' is not one of auto, always, never for --color"},
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
    for (const auto* words :
         {"status", "list", "peers", "show nas", "ping nas", "why nas", "netcheck", "nick", "nick anna", "wait",
          "events", "rpc status", "create lab1 --open", "join lab1", "leave lab1", "delete lab1"}) {
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
    const std::string aes(buri::crypto::backend_of(buri::suite_id::aes).name);
    const std::string chacha(buri::crypto::backend_of(buri::suite_id::chacha).name);
    CHECK(user.run("version") == 0);
    CHECK(user.out == "vpn " + version + "\nprotocol 1, suites classic, aes, chacha\nsealing aes by " + aes +
                          ", chacha by " + chacha + "\n");
    CHECK(user.run("--version") == 0);
    CHECK(user.out.starts_with("vpn " + version));
    CHECK(user.run("version --json") == 0);
    CHECK(json::parse(user.out) == json{{"version", version},
                                        {"protocol", 1},
                                        {"suites", {"classic", "aes", "chacha"}},
                                        {"sealing", {{"aes", aes}, {"chacha", chacha}}}});
}

TEST_CASE("a suggestion is near or there is none", "[command_line]") {
    using buri::cli::suggest;
    const std::vector<std::string_view> known{"join", "leave", "list", "status", "server init"};
    CHECK(suggest("jion", known) == "join");
    CHECK(suggest("stat", known) == "status");
    CHECK(suggest("lst", known) == "list");
    CHECK(suggest("lag", std::vector<std::string_view>{"log"}) == "log");
    CHECK(suggest("foo", std::vector<std::string_view>{"log"}).empty());
    CHECK(suggest("LEAVE", known).empty());
    CHECK(suggest("", known).empty());
    CHECK(suggest("x", known).empty());
    CHECK(suggest(std::string(1000, 'j'), known).empty());
}
