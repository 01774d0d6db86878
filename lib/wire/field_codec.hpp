#pragma once
// Structs that list their fields, as JSON values and back. Private to the wire layer.
#include "buri/wire/field_limits.hpp"
#include "buri/wire/json.hpp"
#include "buri/wire/utf8.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>
#include <utility>

namespace buri::wire {

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

inline json value_of(bool value) {
    return value;
}
inline json value_of(std::uint16_t value) {
    return value;
}
inline json value_of(std::uint32_t value) {
    return value;
}
inline json value_of(std::uint64_t value) {
    return value;
}
inline json value_of(std::uint8_t value) {
    return value;
}
inline json value_of(const std::string& value) {
    return value;
}
inline json value_of(const bytes& value) {
    return json::binary(value);
}
inline json value_of(node_id value) {
    return to_string(value);
}
inline json value_of(spi value) {
    return value.value;
}
inline json value_of(const network_name& value) {
    return value.text();
}
inline json value_of(const endpoint& value) {
    return to_string(value);
}
inline json value_of(wall_time value) {
    return static_cast<std::uint64_t>(value.time_since_epoch().count());
}
inline json value_of(privilege_set values) {
    auto out = json::array();
    for (const auto& row : all_privileges()) {
        if (values.contains(row.value)) out.push_back(row.name);
    }
    return out;
}
inline json value_of(permission_set values) {
    auto out = json::array();
    for (const auto& row : all_permissions()) {
        if (values.contains(row.value)) out.push_back(row.name);
    }
    return out;
}

template <typename Enum>
requires std::is_enum_v<Enum> json value_of(Enum value) {
    constexpr auto names = names_of(Enum{});
    return std::ranges::find(names, value, &named<Enum>::value)->name;
}

template <has_fields T>
inline json value_of(const T& value) {
    return object_of(value);
}

template <typename T>
inline json value_of(const std::vector<T>& values) {
    auto out = json::array();
    for (const auto& value : values)
        out.push_back(value_of(value));
    return out;
}

/// Sentences of the server may quote what somebody sent or did; the other side would refuse the whole message for one wrong
/// byte. What a user writes is never cut.
template <typename T>
inline constexpr bool quotes = std::is_same_v<T, error_answer> || std::is_same_v<T, notice> ||
                               std::is_same_v<T, network_gone> || std::is_same_v<T, log_entry>;

struct field_writer {
    json& out;
    bool cleans = false;

    template <typename T>
    void operator()(std::string_view name, const T& value) const {
        out[std::string(name)] = value_of(value);
    }
    void operator()(std::string_view name, const std::string& value) const {
        out[std::string(name)] = cleans ? clean_text(value, text_limit(name)) : value;
    }
    template <typename T>
    void operator()(std::string_view name, const std::optional<T>& value) const {
        if (value) (*this)(name, *value);
    }
};

template <has_fields T>
json object_of(const T& value) {
    auto out = json::object();
    T::fields(value, field_writer{out, quotes<T>});
    return out;
}

// ---- JSON to structs

/// What becomes of names of privileges and permissions that are not known. A server refuses them: it must not grant less than it
/// was asked to and call that done. A node leaves them out: a newer server may have more of them.
enum class unknown_names : std::uint8_t { refused, left_out };

/// Reads one struct; the first field that is missing or wrong is kept.
class field_reader {
public:
    field_reader(const json& in, unknown_names unknown) : in_(in), unknown_(unknown) {}

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
        if (text == nullptr) return false;
        const auto most = text_limit(name);
        if (text->size() > most && is_message_text(name)) {
            wrong(errc::text_invalid, "the " + std::string(name) + " has " + std::to_string(text->size()) +
                                          " bytes, and " + std::to_string(most) + " are possible; shorten it");
        }
        if (text->size() > most) return false;
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
    bool read(const json& in, std::string_view name, wall_time& out) {
        std::uint64_t seconds = 0;
        if (!read(in, name, seconds) || seconds > last_second) return false;
        out = wall_time(std::chrono::seconds(seconds));
        return true;
    }
    bool read(const json& in, std::string_view name, privilege_set& out) {
        return read_flags(in, name, out, parse_privilege);
    }
    bool read(const json& in, std::string_view name, permission_set& out) {
        return read_flags(in, name, out, parse_permission);
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
        field_reader inner(in, unknown_);
        T::fields(out, inner);
        why_ = inner.why();
        return !why_;
    }
    template <typename T>
    bool read(const json& in, std::string_view name, std::vector<T>& out) {
        constexpr auto limit = list_limit<T>;
        if (!in.is_array() || in.size() > limit) return false;
        out.clear();
        for (const auto& element : in) {
            if (!read(element, name, out.emplace_back())) return false;
        }
        return true;
    }

    template <typename Set, typename Parse>
    bool read_flags(const json& in, std::string_view name, Set& out, Parse parse) {
        if (!in.is_array() || in.size() > max_flags) return false;
        out = {};
        for (const auto& element : in) {
            std::string text;
            if (!read(element, name, text)) return false;
            const auto value = parse(text);
            if (!value && unknown_ == unknown_names::refused) return false;
            if (value) out.insert(*value);
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
    unknown_names unknown_;
    std::optional<error> why_;
};

}  // namespace buri::wire
