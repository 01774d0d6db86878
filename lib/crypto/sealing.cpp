#include "buri/crypto/sealing.hpp"

#include "buri/crypto/aead_cipher.hpp"
#include "buri/crypto/classic_cipher.hpp"
#include "buri/crypto/openssl_handles.hpp"

#include <optional>

namespace buri::crypto {
namespace {

aead_library usual_library(suite_id suite) {
    return suite == suite_id::classic ? aead_library::openssl : backend_of(suite).library;
}

}  // namespace

std::size_t sealed_size(suite_id suite, std::size_t plain) {
    return suite == suite_id::classic ? classic_sealed_size(plain) : plain + aead_tag_size;
}

/// One of the two is set, by the suite.
struct sealer::state {
    suite_id suite;
    std::optional<aead_cipher> aead;
    std::optional<classic_sealer> classic;
};

sealer::sealer(suite_id suite, const direction_keys& keys, secrecy kept)
    : sealer(suite, keys, kept, usual_library(suite)) {}

sealer::sealer(suite_id suite, const direction_keys& keys, secrecy kept, aead_library library)
    : state_(std::make_unique<state>()) {
    state_->suite = suite;
    if (suite == suite_id::classic) {
        openssl::require(kept == secrecy::encrypted);
        state_->classic.emplace(keys);
    } else {
        state_->aead.emplace(suite, keys, kept, library);
    }
}

sealer::sealer(sealer&&) noexcept = default;
sealer& sealer::operator=(sealer&&) noexcept = default;
sealer::~sealer() = default;

suite_id sealer::suite() const {
    return state_->suite;
}

std::size_t sealer::seal(sealed_header header, byte_view plain, byte_span sealed) {
    const auto room = sealed.first(sealed_size(state_->suite, plain.size()));
    if (state_->aead) {
        state_->aead->seal(header, plain, room);
    } else {
        state_->classic->seal(header, plain, room);
    }
    return room.size();
}

bool sealer::made(sealed_header header, byte_view sealed_payload) const {
    return state_->classic && state_->classic->made(header, sealed_payload);
}

struct opener::state {
    suite_id suite;
    std::optional<aead_cipher> aead;
    std::optional<classic_opener> classic;
};

opener::opener(suite_id suite, const direction_keys& keys, secrecy kept)
    : opener(suite, keys, kept, usual_library(suite)) {}

opener::opener(suite_id suite, const direction_keys& keys, secrecy kept, aead_library library)
    : state_(std::make_unique<state>()) {
    state_->suite = suite;
    if (suite == suite_id::classic) {
        openssl::require(kept == secrecy::encrypted);
        state_->classic.emplace(keys);
    } else {
        state_->aead.emplace(suite, keys, kept, library);
    }
}

opener::opener(opener&&) noexcept = default;
opener& opener::operator=(opener&&) noexcept = default;
opener::~opener() = default;

suite_id opener::suite() const {
    return state_->suite;
}

std::optional<byte_span> opener::open(sealed_header header, byte_span payload) {
    return state_->aead ? state_->aead->open(header, payload) : state_->classic->open(header, payload);
}

}  // namespace buri::crypto
