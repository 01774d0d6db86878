#include "buri/crypto/traffic_keys.hpp"

#include "buri/crypto/digest.hpp"
#include "buri/crypto/hmac_context.hpp"
#include "buri/crypto/openssl_handles.hpp"

namespace buri::crypto {
namespace {

traffic_keys classic_keys(byte_view shared, byte_view nonce_initiator, byte_view nonce_responder) {
    secret<32 + 20> keymat;
    classic_keymat(shared, nonce_initiator, nonce_responder, keymat.writable());
    traffic_keys keys;
    keys.suite = suite_id::classic;
    keys.to_responder.cipher = secret<32>(keymat.view().first<32>());
    keys.to_responder.mac = secret<20>(keymat.view().subspan<32, 20>());
    keys.to_initiator = keys.to_responder.clone();
    return keys;
}

}  // namespace

void classic_keymat(byte_view shared, byte_view nonce_initiator, byte_view nonce_responder, byte_span out) {
    constexpr std::size_t block_size = 20;
    openssl::require(out.size() <= 255 * block_size);
    hmac_sha1_context prf(shared);
    secret<block_size> block;
    for (std::uint8_t number = 1; !out.empty(); ++number) {
        if (number > 1) prf.add(block.view());
        prf.add(nonce_initiator).add(nonce_responder).add({&number, 1}).finish(block.writable());
        const auto part = std::min(out.size(), block_size);
        std::ranges::copy(block.view().first(part), out.begin());
        out = out.subspan(part);
    }
}

traffic_keys derive_traffic_keys(suite_id suite, const shared_secret& shared, byte_view nonce_initiator,
                                 byte_view nonce_responder, std::string_view label, byte_view context) {
    if (suite == suite_id::classic) return classic_keys(shared.view(), nonce_initiator, nonce_responder);

    bytes salt(nonce_initiator.begin(), nonce_initiator.end());
    append(salt, nonce_responder);
    bytes info(label.begin(), label.end());
    append(info, context);
    secret<32 + 32 + 12 + 12> material;
    hkdf_expand(hkdf_extract(salt, shared.view()), info, material.writable());

    traffic_keys keys;
    keys.suite = suite;
    keys.to_responder.cipher = secret<32>(material.view().first<32>());
    keys.to_initiator.cipher = secret<32>(material.view().subspan<32, 32>());
    keys.to_responder.iv = secret<12>(material.view().subspan<64, 12>());
    keys.to_initiator.iv = secret<12>(material.view().subspan<76, 12>());
    return keys;
}

}  // namespace buri::crypto
