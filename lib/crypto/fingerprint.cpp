#include "buri/crypto/identity_key.hpp"

#include <algorithm>

namespace buri::crypto {
namespace {

constexpr std::string_view prefix = "SHA256:";

}  // namespace

std::string fingerprint(byte_view key_blob) {
    return std::string(prefix) + to_base64(sha256(key_blob));
}

std::string classic_fingerprint(byte_view key_blob) {
    std::string out;
    for (const auto byte : sha1(key_blob)) {
        if (!out.empty()) out += ':';
        out += to_hex({&byte, 1});
    }
    return out;
}

result<sha256_digest> parse_fingerprint(std::string_view text) {
    sha256_digest out{};
    const auto value = text.starts_with(prefix) ? from_base64(text.substr(prefix.size())) : std::nullopt;
    if (!value || value->size() != out.size()) {
        return fail(errc::usage, "'" + std::string(text.substr(0, 128)) +
                                     "' is not a fingerprint: one reads SHA256: and 43 more characters, as "
                                     "'ssh-keygen -lf FILE' prints it");
    }
    std::ranges::copy(*value, out.begin());
    return out;
}

}  // namespace buri::crypto
