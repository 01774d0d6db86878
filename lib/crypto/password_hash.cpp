#include "buri/crypto/password_hash.hpp"

#include "buri/crypto/digest.hpp"
#include "buri/crypto/openssl_handles.hpp"

#include <charconv>
#include <optional>
#include <vector>

namespace buri::crypto {
namespace {

constexpr std::string_view scheme = "scrypt";
constexpr std::size_t hash_size = 32;
constexpr std::size_t max_part_size = 64;
/// Takes the parameters below, and keeps a broken database from asking for gigabytes.
constexpr std::uint64_t max_memory = std::uint64_t{64} << 20U;
constexpr std::uint64_t max_parallelism = 16;

struct parameters {
    unsigned cost_exponent = 14;
    unsigned block_size = 8;
    unsigned parallelism = 1;
};

struct parsed_hash {
    parameters with;
    bytes salt;
    bytes hash;
};

/// Nothing if scrypt refuses the parameters.
std::optional<bytes> scrypt(std::string_view password, byte_view salt, const parameters& with, std::size_t size) {
    bytes out(size);
    const auto done = EVP_PBE_scrypt(password.data(), password.size(), salt.data(), salt.size(),
                                     std::uint64_t{1} << with.cost_exponent, with.block_size, with.parallelism,
                                     max_memory, out.data(), size);
    if (done != 1) return std::nullopt;
    return out;
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    for (auto at = text.find('$'); at != std::string_view::npos; at = text.find('$')) {
        parts.push_back(text.substr(0, at));
        text.remove_prefix(at + 1);
    }
    parts.push_back(text);
    return parts;
}

bool parse_number(std::string_view text, std::uint64_t max, unsigned& value) {
    const auto* const end = text.data() + text.size();
    const auto [stopped, problem] = std::from_chars(text.data(), end, value);
    return problem == std::errc{} && stopped == end && value > 0 && value <= max;
}

std::optional<parsed_hash> parse(std::string_view text) {
    const auto parts = split(text);
    if (parts.size() != 6 || parts[0] != scheme) return std::nullopt;
    parsed_hash out;
    // The largest cost and block size that max_memory could take, so that no shift or product overflows.
    if (!parse_number(parts[1], 19, out.with.cost_exponent) || !parse_number(parts[2], 1024, out.with.block_size) ||
        !parse_number(parts[3], max_parallelism, out.with.parallelism)) {
        return std::nullopt;
    }
    auto salt = from_base64(parts[4]);
    auto hash = from_base64(parts[5]);
    if (!salt || !hash || salt->size() > max_part_size || hash->size() > max_part_size || hash->size() < hash_size) {
        return std::nullopt;
    }
    out.salt = std::move(*salt);
    out.hash = std::move(*hash);
    return out;
}

}  // namespace

std::string hash_password(std::string_view password, random_source& random) {
    const auto salt = random.array<16>();
    const parameters with;
    const auto hash = scrypt(password, salt, with, hash_size);
    openssl::require(hash.has_value());
    return std::string(scheme) + '$' + std::to_string(with.cost_exponent) + '$' + std::to_string(with.block_size) +
           '$' + std::to_string(with.parallelism) + '$' + to_base64(salt) + '$' + to_base64(*hash);
}

bool password_matches(std::string_view password, std::string_view hash) {
    const auto known = parse(hash);
    if (!known) return false;
    const auto computed = scrypt(password, known->salt, known->with, known->hash.size());
    return computed && equal_constant_time(*computed, known->hash);
}

}  // namespace buri::crypto
