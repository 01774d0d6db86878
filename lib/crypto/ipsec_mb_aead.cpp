#include "buri/crypto/ipsec_mb_aead.hpp"

#include "buri/crypto/openssl_handles.hpp"

#ifdef BURI_HAS_IPSEC_MB
#include "buri/crypto/digest.hpp"
#include "buri/crypto/processor.hpp"

#include <openssl/crypto.h>

#include <array>

extern "C" {
#include <intel-ipsec-mb.h>
}

namespace buri::crypto {
namespace {

/// The functions for this processor. They take no manager, so none is kept.
struct functions {
    ipsec_mb_support support;
    aes_gcm_pre_t expand = nullptr;
    aes_gcm_enc_dec_t gcm_seal = nullptr;
    aes_gcm_enc_dec_t gcm_open = nullptr;
    aes_gmac_init_t gmac_begin = nullptr;
    aes_gmac_update_t gmac_add = nullptr;
    aes_gmac_finalize_t gmac_end = nullptr;
    chacha_poly_init_t chacha_begin = nullptr;
    chacha_poly_enc_dec_update_t chacha_seal = nullptr;
    chacha_poly_enc_dec_update_t chacha_open = nullptr;
    chacha_poly_finalize_t chacha_end = nullptr;

    [[nodiscard]] bool are_complete() const {
        return expand && gcm_seal && gcm_open && gmac_begin && gmac_add && gmac_end && chacha_begin && chacha_seal &&
               chacha_open && chacha_end;
    }
};

std::string name_of(IMB_ARCH generation) {
    switch (generation) {
        case IMB_ARCH_SSE:
            return "ipsec-mb SSE";
        case IMB_ARCH_AVX:
            return "ipsec-mb AVX";
        case IMB_ARCH_AVX2:
            return "ipsec-mb AVX2";
        case IMB_ARCH_AVX512:
            return "ipsec-mb AVX512";
        default:
            return "ipsec-mb";
    }
}

bool passed_own_test(const IMB_MGR& manager) {
    const auto result = manager.features & (IMB_FEATURE_SELF_TEST | IMB_FEATURE_SELF_TEST_PASS);
    return result != IMB_FEATURE_SELF_TEST;
}

functions functions_of(const IMB_MGR& manager, IMB_ARCH generation) {
    constexpr auto vector_aes = IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ;
    const auto has = [&](std::uint64_t features) {
        return generation == IMB_ARCH_AVX512 && (manager.features & features) == features;
    };
    functions out{
        {},
        manager.gcm256_pre,
        manager.gcm256_enc,
        manager.gcm256_dec,
        manager.gmac256_init,
        manager.gmac256_update,
        manager.gmac256_finalize,
        manager.chacha20_poly1305_init,
        manager.chacha20_poly1305_enc_update,
        manager.chacha20_poly1305_dec_update,
        manager.chacha20_poly1305_finalize,
    };
    out.support.is_present = generation != IMB_ARCH_NONE && passed_own_test(manager) && out.are_complete();
    out.support.aes_name = name_of(generation) + (has(vector_aes) ? "/VAES" : "");
    out.support.chacha_name = name_of(generation) + (has(IMB_FEATURE_AVX512_IFMA) ? "/IFMA" : "");
    return out;
}

/// Without AES instructions the library has no functions to set, and must not be asked.
functions find_functions() {
    if (!has_aes_instructions()) return {};
    const openssl::handle<IMB_MGR, free_mb_mgr> manager(alloc_mb_mgr(0));
    if (!manager) return {};
    auto generation = IMB_ARCH_NONE;
    init_mb_mgr_auto(manager.get(), &generation);
    return functions_of(*manager, generation);
}

const functions& library() {
    static const auto found = find_functions();
    return found;
}

/// What the library keeps of a key, and of the message under way.
class gcm_state {
public:
    explicit gcm_state(aead_cipher_key key) { library().expand(key.data(), &key_); }
    gcm_state(const gcm_state&) = delete;
    gcm_state& operator=(const gcm_state&) = delete;
    ~gcm_state() {
        OPENSSL_cleanse(&key_, sizeof(key_));
        OPENSSL_cleanse(&message_, sizeof(message_));
    }

    gcm_key_data* key() { return &key_; }
    gcm_context_data* message() { return &message_; }

private:
    alignas(64) gcm_key_data key_{};
    gcm_context_data message_{};
};

using tag_value = std::array<std::uint8_t, aead_tag_size>;

class ipsec_mb_gcm final : public aead_key {
public:
    explicit ipsec_mb_gcm(aead_cipher_key key) : state_(key) {}

    void seal(aead_nonce nonce, byte_view aad, byte_view plain, byte_span text, aead_tag_span tag) override {
        library().gcm_seal(state_.key(), state_.message(), text.data(), plain.data(), plain.size(), nonce.data(),
                           aad.data(), aad.size(), tag.data(), tag.size());
    }

    bool open(aead_nonce nonce, byte_view aad, byte_span text, aead_tag_view tag) override {
        tag_value expected;
        library().gcm_open(state_.key(), state_.message(), text.data(), text.data(), text.size(), nonce.data(),
                           aad.data(), aad.size(), expected.data(), expected.size());
        return equal_constant_time(expected, tag);
    }

private:
    gcm_state state_;
};

/// GCM without a text is GMAC, which takes its AAD in pieces.
class ipsec_mb_gmac final : public aead_key {
public:
    explicit ipsec_mb_gmac(aead_cipher_key key) : state_(key) {}

    void seal(aead_nonce nonce, byte_view aad, byte_view plain, byte_span text, aead_tag_span tag) override {
        authenticate(nonce, aad, plain, tag);
        copy_text(plain, text);
    }

    bool open(aead_nonce nonce, byte_view aad, byte_span text, aead_tag_view tag) override {
        tag_value expected;
        authenticate(nonce, aad, text, expected);
        return equal_constant_time(expected, tag);
    }

private:
    void authenticate(aead_nonce nonce, byte_view aad, byte_view text, aead_tag_span tag) {
        library().gmac_begin(state_.key(), state_.message(), nonce.data(), nonce.size());
        library().gmac_add(state_.key(), state_.message(), aad.data(), aad.size());
        if (!text.empty()) library().gmac_add(state_.key(), state_.message(), text.data(), text.size());
        library().gmac_end(state_.key(), state_.message(), tag.data(), tag.size());
    }

    gcm_state state_;
};

class ipsec_mb_chacha final : public aead_key {
public:
    explicit ipsec_mb_chacha(aead_cipher_key key) : key_(key) {}
    ~ipsec_mb_chacha() override { OPENSSL_cleanse(&message_, sizeof(message_)); }

    void seal(aead_nonce nonce, byte_view aad, byte_view plain, byte_span text, aead_tag_span tag) override {
        run(library().chacha_seal, nonce, aad, plain, text, tag);
    }

    bool open(aead_nonce nonce, byte_view aad, byte_span text, aead_tag_view tag) override {
        tag_value expected;
        run(library().chacha_open, nonce, aad, text, text, expected);
        return equal_constant_time(expected, tag);
    }

private:
    void run(chacha_poly_enc_dec_update_t update, aead_nonce nonce, byte_view aad, byte_view from, byte_span to,
             aead_tag_span tag) {
        const auto* const key = key_.view().data();
        library().chacha_begin(key, &message_, nonce.data(), aad.data(), aad.size());
        if (!from.empty()) update(key, &message_, to.data(), from.data(), from.size());
        library().chacha_end(&message_, tag.data(), tag.size());
    }

    secret<32> key_;
    chacha20_poly1305_context_data message_{};
};

}  // namespace

const ipsec_mb_support& ipsec_mb() {
    return library().support;
}

std::unique_ptr<aead_key> make_ipsec_mb_key(suite_id suite, aead_cipher_key key, secrecy kept) {
    openssl::require(ipsec_mb().is_present);
    if (suite == suite_id::aes) {
        if (kept == secrecy::encrypted) return std::make_unique<ipsec_mb_gcm>(key);
        return std::make_unique<ipsec_mb_gmac>(key);
    }
    if (kept == secrecy::encrypted) return std::make_unique<ipsec_mb_chacha>(key);
    return make_openssl_key(suite, key, kept);
}

}  // namespace buri::crypto

#else

namespace buri::crypto {

const ipsec_mb_support& ipsec_mb() {
    static const ipsec_mb_support none;
    return none;
}

std::unique_ptr<aead_key> make_ipsec_mb_key(suite_id, aead_cipher_key, secrecy) {
    openssl::require(false);
    return nullptr;
}

}  // namespace buri::crypto

#endif
