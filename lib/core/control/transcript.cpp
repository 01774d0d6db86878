#include "buri/core/control/transcript.hpp"

#include "buri/crypto/digest.hpp"

namespace buri::core {
namespace {

std::string_view label_of(signature_of which) {
    switch (which) {
        case signature_of::helo_ok:
            return "buri HELO OK";
        case signature_of::auth:
            return "buri AUTH";
        case signature_of::auth_ok:
            break;
    }
    return "buri AUTH OK";
}

}  // namespace

void transcript::set_exchange(const wire::helo& helo, const wire::helo_ok& answer) {
    auth_data_ = {static_cast<std::uint8_t>(suite_)};
    for (const auto* const part : {&helo.nonce, &answer.nonce, &helo.dh, &answer.dh})
        append(auth_data_, *part);
    auth_ok_data_.clear();
    for (const auto* const part : {&answer.nonce, &helo.nonce, &answer.dh, &helo.dh})
        append(auth_ok_data_, *part);
}

bytes transcript::signed_data(signature_of which, const wire::control_message& message) const {
    if (suite_ == suite_id::classic) return which == signature_of::auth ? auth_data_ : auth_ok_data_;
    const auto label = as_bytes(label_of(which));
    bytes out(label.begin(), label.end());
    append(out, crypto::sha256_stream().add(payloads_).add(wire::encode_unsigned(message, suite_)).value());
    return out;
}

}  // namespace buri::core
