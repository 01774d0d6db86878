#include "buri/wire/messages.hpp"

#include "buri/wire/cbor.hpp"
#include "buri/wire/datagram.hpp"
#include "buri/wire/field_limits.hpp"
#include "buri/wire/json.hpp"
#include "buri/wire/utf8.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>
#include <utility>

namespace buri::wire {
namespace {

struct any_visitor {
    void operator()(std::string_view, auto&) const {}
};

template <typename T>
concept has_fields = requires(T& value) {
    T::fields(value, any_visitor{});
};

// ---- structs to JSON

template <has_fields T>
json object_of(const T& value);

json value_of(bool value) {
    return value;
}
json value_of(std::uint16_t value) {
    return value;
}
json value_of(std::uint32_t value) {
    return value;
}
json value_of(std::uint64_t value) {
    return value;
}
json value_of(std::uint8_t value) {
    return value;
}
json value_of(const std::string& value) {
    return value;
}
json value_of(const bytes& value) {
    return json::binary(value);
}
json value_of(node_id value) {
    return to_string(value);
}
json value_of(spi value) {
    return value.value;
}
json value_of(const network_name& value) {
    return value.text();
}
json value_of(const endpoint& value) {
    return to_string(value);
}

template <typename Enum>
requires std::is_enum_v<Enum> json value_of(Enum value) {
    constexpr auto names = names_of(Enum{});
    return std::ranges::find(names, value, &named<Enum>::value)->name;
}

template <has_fields T>
json value_of(const T& value) {
    return object_of(value);
}

template <typename T>
json value_of(const std::vector<T>& values) {
    auto out = json::array();
    for (const auto& value : values)
        out.push_back(value_of(value));
    return out;
}

struct field_writer {
    json& out;

    template <typename T>
    void operator()(std::string_view name, const T& value) const {
        out[std::string(name)] = value_of(value);
    }
    void operator()(std::string_view name, const std::string& value) const {
        // A sentence may quote what somebody sent; the other side would refuse the whole message for one wrong byte.
        out[std::string(name)] = value_of(name == "text" ? clean_text(value, max_text) : value);
    }
    template <typename T>
    void operator()(std::string_view name, const std::optional<T>& value) const {
        if (value) (*this)(name, *value);
    }
};

template <has_fields T>
json object_of(const T& value) {
    auto out = json::object();
    T::fields(value, field_writer{out});
    return out;
}

// ---- JSON to structs

/// Reads one struct; the first field that is missing or wrong is kept.
class field_reader {
public:
    explicit field_reader(const json& in) : in_(in) {}

    template <typename T>
    void operator()(std::string_view name, T& out) {
        if (why_) return;
        const auto found = in_.find(name);
        if (found == in_.end()) {
            wrong(errc::malformed, "the field '" + std::string(name) + "' is missing");
        } else if (!read(*found, name, out) && !why_) {
            wrong(errc::malformed, "the field '" + std::string(name) + "' has a wrong type or is out of range");
        }
    }
    template <typename T>
    void operator()(std::string_view name, std::optional<T>& out) {
        out.reset();
        if (in_.contains(name)) (*this)(name, out.emplace());
    }

    [[nodiscard]] const std::optional<error>& why() const { return why_; }

private:
    void wrong(errc code, std::string text) { why_ = make_error(code, std::move(text)); }

    bool read(const json& in, std::string_view, bool& out) {
        if (!in.is_boolean()) return false;
        out = in.get<bool>();
        return true;
    }
    template <std::unsigned_integral Number>
    bool read(const json& in, std::string_view, Number& out) {
        if (!in.is_number_unsigned() || in.get<std::uint64_t>() > std::numeric_limits<Number>::max()) return false;
        out = in.get<Number>();
        return true;
    }
    bool read(const json& in, std::string_view name, std::string& out) {
        const auto* const text = in.get_ptr<const std::string*>();
        if (text == nullptr || text->size() > text_limit(name)) return false;
        out = *text;
        return true;
    }
    bool read(const json& in, std::string_view name, bytes& out) {
        if (!in.is_binary()) return false;
        const bytes& raw = in.get_binary();
        const auto [least, most] = bytes_limits(name);
        if (raw.size() < least || raw.size() > most) return false;
        out = raw;
        return true;
    }
    bool read(const json& in, std::string_view name, node_id& out) { return read_text(in, name, out, parse_node_id); }
    bool read(const json& in, std::string_view name, endpoint& out) { return read_text(in, name, out, parse_endpoint); }
    bool read(const json& in, std::string_view name, network_name& out) {
        // The rule of names is the user's to know: the error keeps its own code and sentence.
        return read_text(in, name, out, [this](std::string_view text) {
            auto parsed = network_name::parse(text);
            if (!parsed) why_ = parsed.error();
            return parsed;
        });
    }
    bool read(const json& in, std::string_view name, spi& out) {
        constexpr std::uint32_t tunnel_bit = 0x80000000U;
        return read(in, name, out.value) && (out.value & tunnel_bit) != 0 && out.epoch() == 0;
    }
    template <typename Enum>
    requires std::is_enum_v<Enum>
    bool read(const json& in, std::string_view name, Enum& out) {
        std::string text;
        constexpr auto names = names_of(Enum{});
        if (!read(in, name, text)) return false;
        const auto found = std::ranges::find(names, text, &named<Enum>::name);
        if (found == names.end()) return false;
        out = found->value;
        return true;
    }
    template <has_fields T>
    bool read(const json& in, std::string_view, T& out) {
        if (!in.is_object()) return false;
        field_reader inner(in);
        T::fields(out, inner);
        why_ = inner.why();
        return !why_;
    }
    template <typename T>
    bool read(const json& in, std::string_view name, std::vector<T>& out) {
        constexpr auto limit = std::is_same_v<T, candidate> ? max_candidates : max_list;
        if (!in.is_array() || in.size() > limit) return false;
        out.clear();
        for (const auto& element : in) {
            if (!read(element, name, out.emplace_back())) return false;
        }
        return true;
    }

    template <typename T, typename Parse>
    bool read_text(const json& in, std::string_view name, T& out, Parse parse) {
        std::string text;
        if (!read(in, name, text)) return false;
        auto parsed = parse(text);
        if (parsed) out = *std::move(parsed);
        return parsed.has_value();
    }

    const json& in_;
    std::optional<error> why_;
};

// ---- kinds

template <typename Variant, typename Kind>
result<Variant> read_one(const json& map) {
    Kind out;
    field_reader reader(map);
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
    field_reader reader(map);
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
