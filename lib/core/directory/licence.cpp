#include "buri/core/directory/licence.hpp"

#include "buri/base/plan.hpp"
#include "buri/wire/cbor.hpp"
#include "buri/wire/json.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr std::string_view prefix = "buri-licence-";
constexpr std::string_view label = "buri licence";
constexpr std::size_t signature_size = 64;
constexpr std::size_t max_key_length = 512;

tl::unexpected<error> invalid(std::string_view why) {
    return fail(errc::licence_invalid, "cannot use the licence key: " + std::string(why) +
                                           "; copy it again, whole and on one line, or ask the operator of the server");
}

bytes signed_part(byte_view content) {
    bytes out;
    append(out, as_bytes(label));
    append(out, content);
    return out;
}

bytes content_of(const licence_record& licence) {
    wire::json out;
    out["id"] = wire::json::binary(licence.id);
    out["plan"] = licence.plan;
    out["months"] = licence.months;
    if (licence.only_for) out["node"] = to_string(licence.only_for);
    return wire::encode_cbor(out);
}

/// RFC 4648 section 5, without padding.
std::string to_base64url(byte_view data) {
    auto text = to_base64(data);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

std::optional<bytes> from_base64url(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
    std::string plain(text);
    std::ranges::replace(plain, '-', '+');
    std::ranges::replace(plain, '_', '/');
    return from_base64(plain);
}

/// Of what the server has signed; it can still be from a time when licences looked different.
std::optional<licence_record> parse_content(byte_view content) {
    const auto map = wire::parse_cbor_map(content);
    if (!map || !map->contains("id") || !map->contains("plan") || !map->contains("months")) return std::nullopt;
    const auto& id = map->at("id");
    const auto& months = map->at("months");
    if (!id.is_binary() || !map->at("plan").is_string() || !months.is_number_unsigned()) return std::nullopt;
    licence_record out;
    out.id = id.get_binary();
    out.plan = map->at("plan").get<std::string>();
    if (out.id.size() != licence_id_size || !is_plan_name(out.plan)) return std::nullopt;
    const auto number = months.get<std::uint64_t>();
    if (number == 0 || number > max_licence_months) return std::nullopt;
    out.months = static_cast<std::uint32_t>(number);
    if (map->contains("node")) {
        const auto& node = map->at("node");
        const auto only_for = parse_node_id(node.is_string() ? node.get<std::string>() : "");
        if (!only_for || !*only_for) return std::nullopt;
        out.only_for = *only_for;
    }
    // One encoding for one licence: nothing unknown in it, no other order or length of numbers.
    if (!std::ranges::equal(content_of(out), content)) return std::nullopt;
    return out;
}

}  // namespace

std::string licence_issuer::key_of(const licence_record& licence) const {
    auto whole = content_of(licence);
    const auto signature = key_.sign(suite_id::aes, signed_part(whole));
    append(whole, signature);
    return std::string(prefix) + to_base64url(whole);
}

result<licence_record> licence_issuer::read(std::string_view key) const {
    if (!key.starts_with(prefix)) return invalid("it does not start with '" + std::string(prefix) + "'");
    if (key.size() > max_key_length) return invalid("it is too long");
    const auto whole = from_base64url(key.substr(prefix.size()));
    if (!whole || whole->size() <= signature_size) return invalid("it is damaged, or cut off");
    const auto content = byte_view(*whole).first(whole->size() - signature_size);
    const auto signature = byte_view(*whole).last(signature_size);
    if (!key_.public_part().verify(suite_id::aes, signed_part(content), signature)) {
        return invalid("it is damaged, or another server made it");
    }
    auto licence = parse_content(content);
    if (!licence) return invalid("this server does not understand it");
    return std::move(*licence);
}

}  // namespace buri::core
