#include "buri/node/identity.hpp"

#include "buri/store/files.hpp"
#include "buri/store/key_file.hpp"

#include <utility>

namespace buri::node {
namespace {

constexpr std::string_view present_file = "identity.pem";
constexpr std::string_view next_file = "identity.next.pem";

crypto::key_type kind_of(store::identity_key_type type) {
    return type == store::identity_key_type::rsa ? crypto::key_type::rsa : crypto::key_type::ed25519;
}

result<std::optional<crypto::identity_key>> load(const std::filesystem::path& path) {
    const auto pem = store::load_private_key(path);
    if (!pem) return fail(pem.error());
    if (!*pem) return std::nullopt;
    auto key = crypto::identity_key::from_pem(**pem);
    if (!key) return fail(key.error().code, path.string() + ": " + key.error().text);
    return std::move(*key);
}

}  // namespace

crypto::identity_key make_identity_key(crypto::key_type type, random_source& random) {
    if (type == crypto::key_type::rsa) return crypto::identity_key::generate_rsa();
    return crypto::identity_key::generate_ed25519(random);
}

result<identity> identity::open(std::filesystem::path state, store::identity_key_type preferred,
                                std::optional<store::identity_key_type> wanted, random_source& random) {
    const auto path = state / present_file;
    auto present = load(path);
    if (!present) return fail(present.error());
    const bool is_new = !*present;
    if (is_new) {
        *present = make_identity_key(kind_of(wanted.value_or(preferred)), random);
        const auto saved = store::save_private_key(path, (*present)->to_pem());
        if (!saved) return fail(saved.error());
    }
    identity found(std::move(state), std::move(**present));
    found.is_made_ = is_new;
    if (wanted && found.key_.type() != kind_of(*wanted)) {
        return fail(errc::key_unsuitable,
                    path.string() + " is a key of kind " + std::string(to_string(found.key_.type())) +
                        ". Change it with 'vpn keys rotate', or use another --state directory for another account.");
    }
    auto next = load(found.state_ / next_file);
    if (!next) return fail(next.error());
    found.next_ = std::move(*next);
    // The public file may be missing after a crash between the two.
    const auto published = found.publish();
    if (!published) return fail(published.error());
    return found;
}

result<void> identity::publish() const {
    return store::save_public_key(state_ / "identity.pub", key_.public_part().openssh_line("vpn"));
}

result<void> identity::rename_files() const {
    std::error_code problem;
    std::filesystem::rename(state_ / next_file, state_ / present_file, problem);
    if (problem) return fail(store::file_error("cannot rename", state_ / next_file, problem.value()));
    const auto synced = store::sync_directory(state_);
    if (!synced) return synced;
    return publish();
}

result<void> identity::stage(crypto::identity_key next) {
    const auto saved = store::save_private_key(state_ / next_file, next.to_pem());
    if (!saved) return saved;
    next_ = std::move(next);
    return {};
}

result<void> identity::adopt() {
    if (!on_trial_) key_ = std::move(*next_);
    on_trial_ = false;
    next_.reset();
    return rename_files();
}

result<void> identity::discard() {
    next_.reset();
    std::error_code problem;
    std::filesystem::remove(state_ / next_file, problem);
    if (problem) return fail(store::file_error("cannot remove", state_ / next_file, problem.value()));
    return store::sync_directory(state_);
}

bool identity::try_other() {
    if (!next_) return false;
    std::swap(key_, *next_);
    on_trial_ = !on_trial_;
    return on_trial_;
}

result<bool> identity::on_accepted() {
    if (!on_trial_) return false;
    const auto adopted = adopt();
    if (!adopted) return fail(adopted.error());
    return true;
}

}  // namespace buri::node
