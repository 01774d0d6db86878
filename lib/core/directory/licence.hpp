#pragma once
// Signed licences: a plan for some months, made by the operator, installed by a node. The key is one line of text:
//
//     buri-licence-<base64url of CBOR {id, plan, months, node?} and an Ed25519 signature by the server's host key>
#include "buri/base/records.hpp"
#include "buri/base/result.hpp"
#include "buri/crypto/identity_key.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace buri::core {

inline constexpr std::size_t licence_id_size = 16;
inline constexpr std::uint32_t max_licence_months = 1'200;

class licence_issuer {
public:
    /// `key` signs, and is the only one whose licences are accepted; it must outlive the issuer.
    explicit licence_issuer(const crypto::identity_key& key) : key_(key) {}

    /// The key of a licence, from its id, plan, months and only_for.
    [[nodiscard]] std::string key_of(const licence_record& licence) const;
    /// errc::licence_invalid. Not used yet as far as the key tells; only the directory knows.
    [[nodiscard]] result<licence_record> read(std::string_view key) const;

private:
    const crypto::identity_key& key_;
};

}  // namespace buri::core
