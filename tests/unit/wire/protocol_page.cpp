// man/vpn-protocol.7 is what strangers write nodes from: it must name everything that the code has, and nothing else.
#include "buri/base/errors.hpp"
#include "buri/base/suite.hpp"
#include "buri/wire/cbor.hpp"
#include "buri/wire/datagram.hpp"
#include "buri/wire/field_limits.hpp"
#include "buri/wire/frame.hpp"
#include "buri/wire/json.hpp"
#include "buri/wire/messages.hpp"
#include "buri/wire/relay_control.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>

using namespace buri;
using namespace buri::wire;

namespace {

const std::string& page() {
    static const std::string text = [] {
        std::ifstream file(BURI_SOURCE_DIR "/man/vpn-protocol.7");
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    return text;
}

/// What follows the first line that is `from`, up to the next line that begins with one of `until`.
std::string part_of(const std::string& text, const std::string& from, std::initializer_list<std::string_view> until) {
    const auto begin = text.find("\n" + from + "\n");
    if (begin == std::string::npos) return {};
    const auto after = begin + from.size() + 1;
    auto end = text.size();
    for (const auto line : until)
        end = std::min(end, text.find("\n" + std::string(line), after));
    return text.substr(after, end - after) + "\n";
}

std::string section(const std::string& title) {
    return part_of(page(), ".Ss " + title, {".Ss ", ".Sh "});
}

std::size_t count_of(const std::string& text, std::string_view what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

template <typename T>
constexpr bool is_optional = false;
template <typename T>
constexpr bool is_optional<std::optional<T>> = true;
template <typename T>
T inside(const std::optional<T>&);
template <typename T>
T inside(const T&);

/// Checks the list of fields that a message's or structure's part of the page has.
class field_check {
public:
    explicit field_check(std::string part) : part_(std::move(part)) {}

    template <typename T>
    void operator()(std::string_view name, const T& value) {
        ++fields_;
        INFO("field " << name);
        const auto said = part_of(part_, ".It Va " + std::string(name), {".It ", ".El"});
        REQUIRE_FALSE(said.empty());
        CHECK((said.find("optional") != std::string::npos) == is_optional<T>);
        check_type<decltype(inside(value))>(name, said);
    }

    [[nodiscard]] bool has_no_others() const { return count_of(part_, "\n.It Va ") == fields_; }

private:
    template <typename T>
    static void check_type(std::string_view name, const std::string& said) {
        const auto has = [&](const std::string& text) { CHECK(said.find(text) != std::string::npos); };
        if constexpr (std::is_same_v<T, std::string>) {
            has("text of at most " + std::to_string(text_limit(name)) + " bytes");
        } else if constexpr (std::is_same_v<T, bytes>) {
            const auto [least, most] = bytes_limits(name);
            has(least == most
                    ? "bytes, exactly " + std::to_string(most)
                    : "bytes, " + (least == 0 ? "at most " : std::to_string(least) + " to ") + std::to_string(most));
        } else if constexpr (std::is_same_v<T, std::vector<candidate>>) {
            has("list of at most " + std::to_string(max_candidates));
        } else if constexpr (std::is_same_v<T, std::vector<punch_trial>>) {
            has("list of at most " + std::to_string(max_trials));
        } else if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) {
            has("u" + std::to_string(8 * sizeof(T)));
        } else if constexpr (std::is_same_v<T, bool>) {
            has("true");
        } else if constexpr (std::is_same_v<T, wall_time>) {
            has("time");
        } else if constexpr (std::is_same_v<T, node_id>) {
            has("node");
        } else if constexpr (std::is_same_v<T, privilege_set>) {
            has("privileges");
        } else if constexpr (std::is_same_v<T, permission_set>) {
            has("permissions");
        } else if constexpr (std::is_enum_v<T>) {
            for (const auto& [value, text] : names_of(T{}))
                has(".Li " + std::string(text));
        }
    }

    std::string part_;
    std::size_t fields_ = 0;
};

template <typename Struct>
void check_struct(const std::string& part) {
    REQUIRE_FALSE(part.empty());
    field_check check(part);
    Struct value;
    Struct::fields(value, check);
    CHECK(check.has_no_others());
}

template <typename Variant>
struct kinds_check;

template <typename... Kinds>
struct kinds_check<std::variant<Kinds...>> {
    template <typename Kind>
    static void one(const std::string& in) {
        INFO("message " << Kind::kind);
        check_struct<Kind>(part_of(in, ".It Cm " + std::string(Kind::kind), {".It Cm "}));
    }
    static void all(const std::string& in) {
        (one<Kinds>(in), ...);
        CHECK(count_of(in, "\n.It Cm ") == sizeof...(Kinds));
    }
};

void check_tag(unsigned tag, std::string_view name) {
    const std::uint8_t raw[] = {static_cast<std::uint8_t>(tag)};
    INFO("tag " << name);
    CHECK(page().find("\n.It 0x" + to_hex(raw) + " " + std::string(name) + "\n") != std::string::npos);
}

}  // namespace

TEST_CASE("the protocol page has every request with its fields and limits") {
    kinds_check<request>::all(section("Requests of the node"));
}

TEST_CASE("the protocol page has every answer with its fields and limits") {
    kinds_check<answer>::all(section("Answers of the server"));
}

TEST_CASE("the protocol page has every event with its fields and limits") {
    kinds_check<event>::all(section("Events from the server"));
}

TEST_CASE("the protocol page has every tunnel message with its fields and limits") {
    kinds_check<tunnel_message>::all(section("Tunnel messages"));
}

TEST_CASE("the protocol page has the structures inside messages") {
    const auto until = {std::string_view(".It Em "), std::string_view(".Ss ")};
    check_struct<candidate>(part_of(page(), ".It Em candidate", until));
    check_struct<nat_info>(part_of(page(), ".It Em NAT info", until));
    check_struct<punch_trial>(part_of(page(), ".It Em punch trial", until));
    check_struct<kept_tunnel>(part_of(page(), ".It Em kept tunnel", until));
    check_struct<peer_info>(part_of(page(), ".It Em peer info", until));
    check_struct<member_info>(part_of(page(), ".It Em member info", until));
    check_struct<applicant>(part_of(page(), ".It Em applicant", until));
    check_struct<announcement_info>(part_of(page(), ".It Em announcement", until));
    check_struct<network_settings>(part_of(page(), ".It Em network settings", until));
    check_struct<network_info>(part_of(page(), ".It Em network info", until));
    check_struct<plan_info>(part_of(page(), ".It Em plan info", until));
    check_struct<ban_info>(part_of(page(), ".It Em ban", until));
    check_struct<invite_info>(part_of(page(), ".It Em invite", until));
    check_struct<log_entry>(part_of(page(), ".It Em log entry", until));
    check_struct<resume_point>(part_of(page(), ".It Em resume point", until));
    check_struct<relay_info>(part_of(page(), ".It Em relay info", until));
    check_struct<relay_grant>(part_of(page(), ".It Em relay grant", until));
    check_struct<relay_round_trip>(part_of(page(), ".It Em relay round trip", until));
}

TEST_CASE("the protocol page has every privilege and every permission, and no others") {
    const auto privileges = section("Privileges");
    for (const auto& row : all_privileges())
        CHECK(privileges.find("\n.It Li " + std::string(row.name) + "\n") != std::string::npos);
    CHECK(count_of(privileges, "\n.It Li ") == all_privileges().size());
    const auto permissions = section("Permissions");
    for (const auto& row : all_permissions())
        CHECK(permissions.find("\n.It Li " + std::string(row.name) + "\n") != std::string::npos);
    CHECK(count_of(permissions, "\n.It Li ") == all_permissions().size());
}

TEST_CASE("the protocol page has every error with its number and name, and no others") {
    const auto table = part_of(page(), ".Sh ERROR CODES", {".Sh "});
    for (const auto& row : all_errors()) {
        INFO(row.name);
        const auto line =
            "\n.It " + std::to_string(static_cast<unsigned>(row.code)) + " Ta " + std::string(row.name) + " Ta ";
        CHECK(table.find(line) != std::string::npos);
    }
    CHECK(count_of(table, "\n.It ") == all_errors().size() + 1);  // the heading
}

TEST_CASE("the protocol page has every tag") {
    const std::pair<control_tag, std::string_view> control[] = {
        {control_tag::helo, "HELO"},
        {control_tag::helo_ok, "HELO OK"},
        {control_tag::helo_err, "HELO ERR"},
        {control_tag::key_request, "KEY?"},
        {control_tag::key, "KEY"},
        {control_tag::register_account, "REGISTER"},
        {control_tag::register_ok, "REGISTER OK"},
        {control_tag::auth, "AUTH"},
        {control_tag::auth_ok, "AUTH OK"},
        {control_tag::err, "ERR"},
        {control_tag::msg, "MSG"},
    };
    static_assert(std::size(control) == std::variant_size_v<control_message>);
    for (const auto& [tag, name] : control)
        check_tag(static_cast<unsigned>(tag), name);

    const std::pair<clear_tag, std::string_view> clear[] = {
        {clear_tag::probe, "PROBE"}, {clear_tag::probe_ack, "PROBE ACK"},
        {clear_tag::ke1, "KE1"},     {clear_tag::ke2, "KE2"},
        {clear_tag::ke3, "KE3"},
    };
    static_assert(std::size(clear) == std::variant_size_v<clear_message>);
    for (const auto& [tag, name] : clear)
        check_tag(static_cast<unsigned>(tag), name);
    const std::pair<relay_tag, std::string_view> relay[] = {
        {relay_tag::bind, "BIND"}, {relay_tag::bind_ok, "BIND OK"}, {relay_tag::bind_err, "BIND ERR"},
        {relay_tag::ping, "PING"}, {relay_tag::pong, "PONG"},
    };
    static_assert(std::size(relay) == std::variant_size_v<relay_message>);
    for (const auto& [tag, name] : relay)
        check_tag(static_cast<unsigned>(tag), name);
    CHECK(page().find("\n.It 0xF0\n") != std::string::npos);
    CHECK(inner_control_byte == 0xf0);
}

TEST_CASE("the protocol page has every suite with its sizes") {
    for (const auto& suite : all_suites()) {
        INFO(suite.name);
        const auto begin =
            "\n.It " + std::to_string(static_cast<unsigned>(suite.id)) + " Ta " + std::string(suite.name);
        const auto at = page().find(begin + " Ta ");
        REQUIRE(at != std::string::npos);
        const auto line = page().substr(at + 1, page().find('\n', at + 1) - at - 1);
        const auto sizes =
            "bytes[" + std::to_string(suite.nonce_size) + "] Ta bytes[" + std::to_string(suite.dh_size) + "]";
        CHECK(line.find(sizes) != std::string::npos);
    }
}

TEST_CASE("the protocol page has the limits of frames, handshakes and maps") {
    std::string flat = page();
    std::ranges::replace(flat, '\n', ' ');
    const auto has = [&](const std::string& text) {
        CAPTURE(text);
        CHECK(flat.find(text) != std::string::npos);
    };
    has("before AUTH OK at most " + std::to_string(max_handshake_frame) + ", after it at most " +
        std::to_string(max_frame));
    has("Signatures have at most " + std::to_string(max_signature) + " bytes, key blobs " +
        std::to_string(max_key_blob) + ", texts " + std::to_string(max_text));
    has("more than " + std::to_string(max_cbor_depth) + " levels");
    has("more than " + std::to_string(max_cbor_items) + " items");
    has("at most " + std::to_string(max_list) + " elements");
    has("at most " + std::to_string(last_second) + ", the end of the year 9999");
    has("at most " + std::to_string(max_flags) + " texts");
}
