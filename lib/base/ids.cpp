#include "buri/base/ids.hpp"

#include "buri/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace buri {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_network_character(char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string to_string(node_id id) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) {
        out += std::to_string(id.value >> static_cast<unsigned>(shift) & 0xffU);
        if (shift > 0) out += '.';
    }
    return out;
}

result<node_id> parse_node_id(std::string_view text) {
    const auto invalid = [&] {
        return fail(errc::usage, "'" + std::string(text.substr(0, 128)) + "' is not an address like 100.64.0.1");
    };
    std::uint32_t value = 0;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (int part = 0; part < 4; ++part) {
        std::uint8_t octet = 0;
        const auto [next, problem] = std::from_chars(at, end, octet);
        if (problem != std::errc{}) return invalid();
        value = value << 8U | octet;
        at = next;
        if (part < 3) {
            if (at == end || *at != '.') return invalid();
            ++at;
        }
    }
    if (at != end) return invalid();
    return node_id{value};
}

std::string to_string(spi value) {
    const std::array<std::uint8_t, 4> raw{
        static_cast<std::uint8_t>(value.value >> 24U), static_cast<std::uint8_t>(value.value >> 16U),
        static_cast<std::uint8_t>(value.value >> 8U), static_cast<std::uint8_t>(value.value)};
    return to_hex(raw);
}

result<network_name> network_name::parse(std::string_view text) {
    if (text.size() < min_length || text.size() > max_length || !std::ranges::all_of(text, is_network_character)) {
        return fail(errc::name_invalid,
                    "'" + std::string(text.substr(0, 2 * max_length)) +
                        "' is not a network's name: " + std::string(describe(errc::name_invalid).sentence));
    }
    network_name name;
    name.text_ = text;
    std::ranges::transform(text, std::back_inserter(name.key_), lower);
    return name;
}

result<std::string> parse_nickname(std::string_view text) {
    const bool fits = !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
                      std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
    if (!fits) {
        return fail(errc::nickname_invalid, "'" + std::string(text.substr(0, 128)) + "' is not a nickname: " +
                                                std::string(describe(errc::nickname_invalid).sentence));
    }
    return std::string(text);
}

std::string nickname_from(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, 63))
        out += is_letter_or_digit(c) ? lower(c) : '-';
    const auto first = out.find_first_not_of('-');
    if (first == std::string::npos) return "node";
    return out.substr(first, out.find_last_not_of('-') - first + 1);
}

}  // namespace buri
