#include <catch2/catch.hpp>

#include <fstream>

#include "desk.hpp"

using namespace buri;
using buri::test::desk;
using buri::test::refusal;
using wire::json;

namespace {

/// What an act answers, changed or not.
json acted(bool changed) {
    return {{"network", "team"}, {"peer", "100.64.0.2"}, {"changed", changed}};
}

}  // namespace

TEST_CASE("set sends everything that was named in one request", "[administration]") {
    desk at;
    at.daemon.on("set", json{{"network", "team"}, {"changed", true}}, json{{"network", "team"}, {"changed", false}});
    at.user.input = "secret\n";
    CHECK(at.run("set team --lock --approve manual --encryption off --password-stdin") == 0);
    CHECK(at.params() == json{{"network", "team"},
                              {"locked", true},
                              {"approval", "manual"},
                              {"encryption", "off"},
                              {"password", "secret"}});
    CHECK(at.user.out ==
          "team is now: new password, locked, new members wait for approval, NOT ENCRYPTED where every other condition "
          "allows it.\n");
    CHECK(at.run("set team --unlock --approve auto --encryption on --open --json") == 0);
    CHECK(at.params() ==
          json{{"network", "team"}, {"locked", false}, {"approval", "auto"}, {"encryption", "on"}, {"open", true}});
    CHECK(at.document() == json{{"network", "team"}, {"changed", false}});
    CHECK(at.run("set team --open") == 0);
    CHECK(at.user.out == "team is so already: no password.\n");
    CHECK(at.daemon.calls().size() == 3);
}

TEST_CASE("set asks for a new password at a terminal, or reads it from a file", "[administration]") {
    desk at;
    at.daemon.on("set", json{{"changed", true}});
    CHECK(at.run("set team --password") == 2);
    CHECK(at.user.err.find("there is no terminal to ask for it. Use --password-stdin or --password-file") !=
          std::string::npos);
    CHECK(at.daemon.calls().empty());
    at.user.has_terminal = true;
    at.user.secrets = {"secret", "secret"};
    CHECK(at.run("set team --password --lock") == 0);
    CHECK(at.params() == json{{"network", "team"}, {"locked", true}, {"password", "secret"}});
    const test::scratch_directory directory;
    std::ofstream(directory / "password") << "from file";
    CHECK(at.run("set team --password-file " + (directory / "password").string()) == 0);
    CHECK(at.params()["password"] == "from file");
}

TEST_CASE("requests are a table of everybody who waits", "[administration]") {
    desk at;
    const json request{{"network", "team"},
                       {"address", "100.64.0.9"},
                       {"name", "phone"},
                       {"fingerprint", "SHA256:abc"},
                       {"since", "2026-01-02T03:04:05Z"}};
    at.daemon.on("requests", json::array({request}), json::array());
    CHECK(at.run("requests") == 0);
    CHECK(at.params() == json::object());
    CHECK(at.user.out ==
          "   NETWORK  ADDRESS     NAME   WAITING SINCE         FINGERPRINT\n"
          "?  team     100.64.0.9  phone  2026-01-02T03:04:05Z  SHA256:abc\n");
    CHECK(at.run("requests team --json") == 0);
    CHECK(at.params() == json{{"network", "team"}});
    CHECK(at.user.out == "[]\n");
    CHECK(at.user.err == "nobody waits for approval.\n");
}

TEST_CASE("nobody waits only where this node would see it", "[administration]") {
    desk at;
    at.daemon.on("requests", json::array(), refusal(errc::not_privileged));
    CHECK(at.run("requests") == 0);
    CHECK(at.user.err == "nobody waits for approval where this node may approve.\n");
    CHECK(at.run("requests team") == 4);
    CHECK(at.user.err.starts_with("vpn: cannot show who waits in 'team': only the owner, or an administrator"));
}

TEST_CASE("acts on a peer send network and peer, and say what is so already", "[administration]") {
    struct row {
        std::string method, done, already;
    };
    const auto rows = {
        row{"approve", "phone is a member of team now.\n", "phone is a member of team already.\n"},
        row{"reject", "rejected phone. It may ask again; 'vpn ban' keeps it out of team.\n",
            "phone does not wait in team already.\n"},
        row{"evict", "evicted phone. It may join again; 'vpn ban' keeps it out of team.\n",
            "phone is not in team already.\n"},
        row{"ban", "banned phone from team.\n", "phone is banned from team already.\n"},
        row{"unban", "phone may join team again.\n", "phone is not banned from team already.\n"},
    };
    for (const auto& [method, done, already] : rows) {
        INFO(method);
        desk at;
        at.daemon.on(method, acted(true), acted(false));
        CHECK(at.run(method + " team phone") == 0);
        CHECK(at.params() == json{{"network", "team"}, {"peer", "phone"}});
        CHECK(at.user.out == done);
        CHECK(at.run(method + " team phone") == 0);
        CHECK(at.user.out == already);
        CHECK(at.run(method + " team phone --json") == 0);
        CHECK(at.document() == acted(false));
        desk refused;
        refused.daemon.on(method, refusal(errc::not_privileged));
        CHECK(refused.run(method + " team phone") == 4);
        CHECK(refused.user.err ==
              "vpn: cannot " + method +
                  " 'phone' in 'team': only the owner, or an administrator with the privilege, may do that. 'vpn admin "
                  "list' shows who may; its owner gives privileges with 'vpn admin grant'.\n");
    }
}

TEST_CASE("a peer named like a placeholder is told as it was named", "[administration]") {
    desk at;
    at.daemon.on("approve", acted(true));
    CHECK(at.run("approve team NETWORK") == 0);
    CHECK(at.user.out == "NETWORK is a member of team now.\n");
}

TEST_CASE("a ban has a reason and an end, in UTC", "[administration]") {
    desk at;
    at.daemon.on("ban", acted(true));
    CHECK(at.run({"ban", "team", "phone", "--reason", "lost the \xc3\xa4pple", "--until", "7d"}) == 0);
    CHECK(at.params() == json{{"network", "team"},
                              {"peer", "phone"},
                              {"reason", "lost the \xc3\xa4pple"},
                              {"until", "2026-01-09T03:04:05Z"}});
    CHECK(at.user.out == "banned phone from team until 2026-01-09T03:04:05Z.\n");
    CHECK(at.run("ban team phone --until 2027-01-31T01:00:00+02:00") == 0);
    CHECK(at.params()["until"] == "2027-01-30T23:00:00Z");
    CHECK(at.run({"ban", "team", "phone", "--reason", "lost\nphone"}) == 2);
    CHECK(at.user.err == "vpn: the reason has more than one line, or tabs. Write it on one line.\n");
}

TEST_CASE("bans are a table, with those whose account is gone", "[administration]") {
    desk at;
    const json ban{{"address", nullptr},      {"nickname", "phone"}, {"fingerprint", "SHA256:abc"},
                   {"reason", "lost\x1b[2J"}, {"by", "anna"},        {"since", "2026-01-02T03:04:05Z"},
                   {"until", nullptr}};
    at.daemon.on("bans", json::array({ban}), json::array());
    CHECK(at.run("bans team") == 0);
    CHECK(at.user.out ==
          "ADDRESS  NICKNAME  SINCE                 UNTIL  BY    FINGERPRINT  REASON\n"
          "-        phone     2026-01-02T03:04:05Z  -      anna  SHA256:abc   lost?[2J\n");
    CHECK(at.run("bans team --json") == 0);
    CHECK(at.user.out == "[]\n");
    CHECK(at.user.err == "nobody is banned from team.\n");
}

TEST_CASE("privileges are granted, revoked and listed", "[administration]") {
    desk at;
    json now{{"network", "team"}, {"peer", "100.64.0.2"}, {"can", {"approve", "evict"}}, {"changed", true}};
    at.daemon.on("grant", now);
    CHECK(at.run("admin grant team nas --can evict,approve") == 0);
    CHECK(at.params() == json{{"network", "team"}, {"peer", "nas"}, {"can", {"approve", "evict"}}});
    CHECK(at.user.out == "nas can do in team now: approve, evict\n");
    CHECK(at.run("admin --json grant team nas --can evict") == 0);
    CHECK(at.document() == now);

    now["can"] = json::array();
    at.daemon.on("revoke", now);
    CHECK(at.run("admin revoke team nas") == 0);
    CHECK(at.params() == json{{"network", "team"}, {"peer", "nas"}});
    CHECK(at.user.out == "nas is no administrator of team any more.\n");
    CHECK(at.run("admin revoke team nas --can message") == 0);
    CHECK(at.params()["can"] == json{"message"});
    at.daemon.on("admins", json::array({{{"address", "100.64.0.2"}, {"name", "nas"}, {"can", {"evict", "ban"}}}}));
    CHECK(at.run("admin list team") == 0);
    CHECK(at.user.out == "ADDRESS     NAME  CAN\n100.64.0.2  nas   evict, ban\n");
}

TEST_CASE("privileges that nobody lacked or had are told as what is so", "[administration]") {
    desk at;
    const json same{{"network", "team"}, {"peer", "100.64.0.2"}, {"can", json::array()}, {"changed", false}};
    at.daemon.on("revoke", same);
    at.daemon.on("grant", same);
    CHECK(at.run("admin revoke team nas") == 0);
    CHECK(at.user.out == "nas is no administrator of team; nothing changed.\n");
    CHECK(at.run("admin grant team anna --can evict") == 0);
    CHECK(at.user.out == "anna owns team and can do everything in it already.\n");
}

TEST_CASE("a network is offered, taken back, accepted and declined", "[administration]") {
    desk at;
    at.daemon.on("transfer", json{{"network", "team"}, {"heir", "100.64.0.2"}, {"changed", true}},
                 json{{"network", "team"}, {"heir", nullptr}, {"changed", false}});
    CHECK(at.run("transfer team nas") == 0);
    CHECK(at.params() == json{{"network", "team"}, {"peer", "nas"}});
    CHECK(at.user.out == "offered team to nas, who accepts it with 'vpn transfer team --accept'.\n");
    CHECK(at.run("transfer team --withdraw") == 0);
    CHECK(at.params() == json{{"network", "team"}});
    CHECK(at.user.out == "team is offered to nobody already.\n");
    CHECK(at.run("transfer team --withdraw --json") == 0);
    CHECK(at.document() == json{{"network", "team"}, {"heir", nullptr}, {"changed", false}});

    at.daemon.on("heir", json{{"network", "team"}, {"changed", true}}, refusal(errc::transfer_not_offered));
    CHECK(at.run("transfer team --accept") == 0);
    CHECK(at.params() == json{{"network", "team"}, {"accept", true}});
    CHECK(at.user.out == "team is yours now.\n");
    CHECK(at.run("transfer team --decline") == 5);
    CHECK(at.params() == json{{"network", "team"}, {"accept", false}});
    CHECK(at.user.err ==
          "vpn: cannot transfer 'team': the network was not offered to this node. Ask its owner to offer it with 'vpn "
          "transfer'.\n");
}

TEST_CASE("the welcome is shown, set from an argument or standard input, and cleared", "[administration]") {
    desk at;
    at.daemon.on("welcome", json{{"network", "team"}, {"text", "Hello\nyou"}, {"changed", false}});
    CHECK(at.run("welcome team") == 0);
    CHECK(at.params() == json{{"network", "team"}});
    CHECK(at.user.out == "Hello\nyou\n");
    CHECK(at.user.err.empty());
    at.user.input = "Hello\nyou\n\n";
    CHECK(at.run("welcome team -") == 0);
    CHECK(at.params()["text"] == "Hello\nyou");
    CHECK(at.user.err == "new members get this already:\n");
    at.user.input = std::string(100'000, 'x');
    CHECK(at.run("welcome team -") == 2);
    at.user.input = "\n";
    CHECK(at.run("welcome team -") == 2);
    CHECK(at.daemon.calls().size() == 2);

    desk empty;
    empty.daemon.on("welcome", json{{"network", "team"}, {"text", ""}, {"changed", true}},
                    json{{"network", "team"}, {"text", ""}, {"changed", false}});
    CHECK(empty.run("welcome team --clear") == 0);
    CHECK(empty.params() == json{{"network", "team"}, {"text", ""}});
    CHECK(empty.user.err == "new members of team get no message.\n");
    CHECK(empty.run("welcome team --clear") == 0);
    CHECK(empty.user.err == "new members of team get no message already.\n");
}

TEST_CASE("an announcement is made, and without a text the history is shown", "[administration]") {
    desk at;
    at.daemon.on("announce", json{{"network", "team"}, {"changed", true}}, refusal(errc::plan_forbids));
    CHECK(at.run({"announce", "team", "nas is down"}) == 0);
    CHECK(at.params() == json{{"network", "team"}, {"text", "nas is down"}});
    CHECK(at.user.out == "announced in team. Members who are offline get it when they come.\n");
    CHECK(at.run({"announce", "team", "nas is down"}) == 7);
    CHECK(at.user.err.find("install a licence with 'vpn licence install'") != std::string::npos);

    at.daemon.on("announcements", json::array({{{"id", 1},
                                                {"time", "2026-01-02T03:04:05Z"},
                                                {"author", {{"address", "100.64.0.1"}, {"name", "anna"}}},
                                                {"text", "nas\nis down"}}}));
    CHECK(at.run("announce team") == 0);
    CHECK(at.user.out ==
          "TIME                  AUTHOR  TEXT\n2026-01-02T03:04:05Z  anna    nas\n                              is "
          "down\n");
}

TEST_CASE("an invite in a pipe is the URL alone; on a terminal a code comes before it", "[administration]") {
    desk at;
    const json invite{{"network", "team"},
                      {"id", 7},
                      {"url", "vpn://h/team?k=SHA256:x&t=y"},
                      {"uses", 5},
                      {"expires", "2026-01-03T03:04:05Z"},
                      {"approved", true}};
    at.daemon.on("invite", invite);
    CHECK(at.run("invite team --uses 5 --expires 24h --approve") == 0);
    CHECK(at.params() == json{{"network", "team"}, {"uses", 5}, {"expires_s", 86400}, {"approved", true}});
    CHECK(at.user.out == "vpn://h/team?k=SHA256:x&t=y\n");
    CHECK(at.user.err ==
          "invite 7 to team: for 5 nodes, until 2026-01-03T03:04:05Z, without waiting for approval. They use it with "
          "'vpn join', in quotes:\n");
    CHECK(at.run("invite team --uses 0 --quiet") == 0);
    CHECK(at.params() == json{{"network", "team"}, {"uses", 0}});
    CHECK(at.user.err.empty());
    at.user.has_terminal = true;
    CHECK(at.run("invite team --color never") == 0);
    CHECK(at.params() == json{{"network", "team"}});
    CHECK(at.user.err.find("\u2588\u2588\u2588\u2588") != std::string::npos);
    CHECK(at.user.out == "vpn://h/team?k=SHA256:x&t=y\n");
    CHECK(at.run("invite team --json") == 0);
    CHECK(at.document() == invite);
    CHECK(at.user.err.find("\u2588") == std::string::npos);
}

TEST_CASE("invites are listed and taken back", "[administration]") {
    desk at;
    at.daemon.on("invites", json::array({{{"id", 7},
                                          {"by", "anna"},
                                          {"created", "2026-01-02T03:04:05Z"},
                                          {"expires", nullptr},
                                          {"max_uses", 5},
                                          {"uses", 2},
                                          {"approved", true}},
                                         {{"id", 12},
                                          {"by", "100.64.0.1"},
                                          {"created", "2026-01-02T03:04:05Z"},
                                          {"expires", "2026-01-03T03:04:05Z"},
                                          {"max_uses", 0},
                                          {"uses", 40},
                                          {"approved", false}}}));
    CHECK(at.run("invites team") == 0);
    CHECK(at.user.out ==
          "ID  USED    EXPIRES               APPROVAL  MADE                  BY\n"
          "7   2 of 5  -                     no        2026-01-02T03:04:05Z  anna\n"
          "12  40      2026-01-03T03:04:05Z  yes       2026-01-02T03:04:05Z  100.64.0.1\n");
    at.daemon.on("uninvite", json{{"network", "team"}, {"changed", true}}, refusal(errc::invite_not_found));
    CHECK(at.run("uninvite team 7") == 0);
    CHECK(at.params() == json{{"network", "team"}, {"id", 7}});
    CHECK(at.user.out == "invite 7 is not valid any more.\n");
    CHECK(at.run("uninvite team 8") == 5);
}
