#include "buri/wire/messages.hpp"

#include "buri/wire/cbor.hpp"
#include "buri/wire/datagram.hpp"
#include "buri/wire/field_codec.hpp"

#include <utility>

namespace buri::wire {
namespace {

// ---- kinds

template <typename Variant, typename Kind>
result<Variant> read_one(const json& map) {
    constexpr bool at_server = std::is_same_v<Variant, request>;
    Kind out;
    field_reader reader(map, at_server ? unknown_names::refused : unknown_names::left_out);
    Kind::fields(out, reader);
    if (reader.why()) return fail(*reader.why());
    return Variant(std::move(out));
}

template <typename Variant>
struct kinds;

template <typename... Kinds>
struct kinds<std::variant<Kinds...>> {
    using variant = std::variant<Kinds...>;

    static bool contain(std::string_view kind) { return ((kind == Kinds::kind) || ...); }

    static result<variant> read(std::string_view kind, const json& map) {
        result<variant> out = fail(errc::unknown_request, "unknown message '" + clean_text(kind, 64) + "'");
        ((kind == Kinds::kind ? void(out = read_one<variant, Kinds>(map)) : void()), ...);
        return out;
    }
};

/// The text of `t`; empty, which no kind is, if there is none.
std::string_view kind_of(const json& map) {
    const auto found = map.find("t");
    const auto* const kind = found == map.end() ? nullptr : found->get_ptr<const std::string*>();
    return kind == nullptr ? std::string_view() : std::string_view(*kind);
}

template <typename Number>
std::optional<Number> number_of(const json& map, std::string_view key) {
    Number out{};
    field_reader reader(map, unknown_names::refused);
    reader(key, out);
    if (reader.why()) return std::nullopt;
    return out;
}

template <typename Variant>
json map_of(const Variant& message) {
    return std::visit(
        [](const auto& body) {
            auto out = object_of(body);
            out["t"] = body.kind;
            return out;
        },
        message);
}

tl::unexpected<error> not_a_map() {
    return fail(errc::malformed, "a message is not a CBOR map that this protocol allows");
}

tl::unexpected<error> no_number(std::string_view key) {
    return fail(errc::malformed, "the field '" + std::string(key) + "' is missing or out of range");
}

result<server_message> read_answer(std::string_view kind, const json& map) {
    const auto number = number_of<std::uint32_t>(map, "q");
    if (!number) return no_number("q");
    auto body = kinds<answer>::read(kind, map);
    if (!body) return fail(std::move(body).error());
    return server_message(numbered_answer{*number, *std::move(body)});
}

result<server_message> read_event(std::string_view kind, const json& map) {
    auto body = kinds<event>::read(kind, map);
    if (!body) return fail(std::move(body).error());
    const auto sequence = number_of<std::uint64_t>(map, "s");
    if (!sequence) return no_number("s");
    return server_message(numbered_event{*sequence, *std::move(body)});
}

}  // namespace

tl::expected<numbered_request, bad_request> parse_request(byte_view cbor) {
    const auto refused = [](std::uint32_t number, error why) {
        return tl::unexpected(bad_request{number, std::move(why)});
    };
    const auto map = parse_cbor_map(cbor);
    if (!map) return refused(0, not_a_map().value());
    const auto number = number_of<std::uint32_t>(*map, "q");
    if (!number) return refused(0, no_number("q").value());
    const auto kind = kind_of(*map);
    if (kind.empty()) return refused(*number, no_number("t").value());
    auto body = kinds<request>::read(kind, *map);
    if (!body) return refused(*number, std::move(body).error());
    return numbered_request{*number, *std::move(body)};
}

result<server_message> parse_server_message(byte_view cbor) {
    const auto map = parse_cbor_map(cbor);
    if (!map) return not_a_map();
    const auto kind = kind_of(*map);
    if (kind.empty()) return no_number("t");
    return kinds<answer>::contain(kind) ? read_answer(kind, *map) : read_event(kind, *map);
}

bytes encode(const numbered_request& message) {
    auto out = map_of(message.body);
    out["q"] = message.number;
    return encode_cbor(out);
}

bytes encode(const server_message& message) {
    if (const auto* const reply = std::get_if<numbered_answer>(&message)) {
        auto out = map_of(reply->body);
        out["q"] = reply->number;
        return encode_cbor(out);
    }
    const auto& news = std::get<numbered_event>(message);
    auto out = map_of(news.body);
    out["s"] = news.sequence;
    return encode_cbor(out);
}

result<tunnel_message> parse_tunnel_message(byte_view inner) {
    if (inner.empty() || inner[0] != inner_control_byte) return not_a_map();
    const auto map = parse_cbor_map(inner.subspan(1));
    if (!map) return not_a_map();
    const auto kind = kind_of(*map);
    if (kind.empty()) return no_number("t");
    return kinds<tunnel_message>::read(kind, *map);
}

bytes encode(const tunnel_message& message) {
    bytes out{inner_control_byte};
    append(out, encode_cbor(map_of(message)));
    return out;
}

template <typename Message>
json to_json(const Message& message) {
    return object_of(message);
}

template json to_json(const candidate&);
template json to_json(const kept_tunnel&);
template json to_json(const peer_info&);
template json to_json(const network_info&);
template json to_json(const member_info&);
template json to_json(const applicant&);
template json to_json(const announcement_info&);
template json to_json(const network_settings&);
template json to_json(const plan_info&);
template json to_json(const ban_info&);
template json to_json(const invite_info&);
template json to_json(const log_entry&);
template json to_json(const endpoints&);
template json to_json(const error_answer&);
template json to_json(const sync&);
template json to_json(const peer_event&);
template json to_json(const network_event&);
template json to_json(const member_joined&);
template json to_json(const member_left&);
template json to_json(const network_gone&);
template json to_json(const tunnel_close&);
template json to_json(const peer_candidates&);
template json to_json(const notice&);

}  // namespace buri::wire
