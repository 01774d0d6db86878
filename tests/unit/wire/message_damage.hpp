#pragma once
// Messages as JSON, to be damaged, and what the parsers say to them.
#include "buri/wire/cbor.hpp"
#include "buri/wire/json.hpp"
#include "tests/unit/wire/message_rows.hpp"
#include "tests/unit/wire/rows.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <utility>

namespace buri::test {

/// What a request made of this JSON is refused for.
inline wire::bad_request refused_request(const wire::json& map) {
    const auto parsed = wire::parse_request(wire::encode_cbor(map));
    REQUIRE_FALSE(parsed);
    return parsed.error();
}

/// What an event made of this JSON is refused for.
inline error refused_event(wire::json map) {
    map["s"] = 1;
    const auto parsed = wire::parse_server_message(wire::encode_cbor(map));
    REQUIRE_FALSE(parsed);
    return parsed.error();
}

inline bool accepts_request(const wire::json& map) {
    return wire::parse_request(wire::encode_cbor(map)).has_value();
}
inline bool accepts_event(const wire::json& map) {
    return wire::parse_server_message(wire::encode_cbor(map)).has_value();
}

/// The JSON of a row.
template <typename Message>
wire::json json_of(const std::vector<message_row<Message>>& rows, std::string_view name) {
    for (const auto& row : rows) {
        if (row.name == name) return wire::parse_cbor_map(from_row(row.hex)).value();
    }
    FAIL("no row " << name);
    return {};
}

/// Different kinds of message in the rows.
template <typename Message>
std::size_t kinds_in(const std::vector<message_row<Message>>& rows) {
    std::set<std::string> found;
    for (const auto& row : rows)
        found.insert(json_of(rows, row.name).at("t").template get<std::string>());
    return found.size();
}

using place = wire::json::json_pointer;

/// Every field at any depth, with its name.
inline void collect_fields(const wire::json& in, const place& at, std::vector<std::pair<place, std::string>>& out) {
    if (in.is_object()) {
        for (const auto& [name, value] : in.items()) {
            out.emplace_back(at / name, name);
            collect_fields(value, at / name, out);
        }
    } else if (in.is_array()) {
        for (std::size_t i = 0; i < in.size(); ++i)
            collect_fields(in[i], at / i, out);
    }
}
inline std::vector<std::pair<place, std::string>> fields_in(const wire::json& map) {
    std::vector<std::pair<place, std::string>> out;
    collect_fields(map, place(), out);
    return out;
}

/// The fields that are texts, without the kind.
inline std::vector<std::pair<place, std::string>> texts_in(const wire::json& map) {
    auto out = fields_in(map);
    std::erase_if(out, [&](const auto& field) { return field.second == "t" || !map.at(field.first).is_string(); });
    return out;
}

/// The names of a struct's own fields that may be absent.
struct optional_fields {
    std::set<std::string> names;

    template <typename T>
    void operator()(std::string_view /*name*/, const T& /*value*/) {}
    template <typename T>
    void operator()(std::string_view name, const std::optional<T>& /*value*/) {
        names.emplace(name);
    }

    template <typename Struct>
    static std::set<std::string> of(const Struct& value) {
        optional_fields out;
        Struct::fields(value, out);
        return std::move(out.names);
    }
};

}  // namespace buri::test
