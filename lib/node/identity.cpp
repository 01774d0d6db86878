#include "buri/node/identity.hpp"

#include "buri/store/key_file.hpp"

namespace buri::node {
namespace {

crypto::key_type kind_of(store::identity_key_type type) {
    return type == store::identity_key_type::rsa ? crypto::key_type::rsa : crypto::key_type::ed25519;
}

result<identity> make(const std::filesystem::path& state, crypto::key_type type, random_source& random) {
    auto key = type == crypto::key_type::rsa ? crypto::identity_key::generate_rsa()
                                             : crypto::identity_key::generate_ed25519(random);
    const auto saved = store::save_private_key(state / "identity.pem", key.to_pem());
    if (!saved) return fail(saved.error());
    return identity{std::move(key), true};
}

}  // namespace

result<identity> load_or_make_identity(const std::filesystem::path& state, store::identity_key_type preferred,
                                       std::optional<store::identity_key_type> wanted, random_source& random) {
    const auto path = state / "identity.pem";
    const auto pem = store::load_private_key(path);
    if (!pem) return fail(pem.error());
    auto found = [&]() -> result<identity> {
        if (!*pem) return make(state, kind_of(wanted.value_or(preferred)), random);
        auto key = crypto::identity_key::from_pem(**pem);
        if (!key) return fail(key.error().code, path.string() + ": " + key.error().text);
        return identity{std::move(*key), false};
    }();
    if (!found) return found;
    if (wanted && found->key.type() != kind_of(*wanted)) {
        return fail(errc::key_unsuitable,
                    path.string() + " is a key of kind " + std::string(to_string(found->key.type())) +
                        "; another kind means another account. Use another --state directory for it.");
    }
    // The public file may be missing after a crash between the two.
    const auto line = found->key.public_part().openssh_line("vpn");
    const auto published = store::save_public_key(state / "identity.pub", line);
    if (!published) return fail(published.error());
    return found;
}

}  // namespace buri::node
