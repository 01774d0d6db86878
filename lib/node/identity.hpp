#pragma once
// The node's identity key in its state directory: identity.pem, made on first use, and identity.pub. While the server may or may not
// have heard of a new key, that one is in identity.next.pem, so that no crash leaves the node without the key of its account:
//
//     settled --stage--> staged --adopt--> settled with the new key
//                               --discard--> settled with the old one
//     staged --the server refuses the present key--> on trial --it takes the new one--> adopted
//                                                             --it refuses that too--> staged
#include "buri/base/random_source.hpp"
#include "buri/base/result.hpp"
#include "buri/crypto/identity_key.hpp"
#include "buri/store/node_config.hpp"

#include <filesystem>
#include <optional>

namespace buri::node {

class identity {
public:
    /// errc::key_unsuitable if `wanted` names another kind than the key that exists.
    static result<identity> open(std::filesystem::path state, store::identity_key_type preferred,
                                 std::optional<store::identity_key_type> wanted, random_source& random);

    /// The reference stays good; another key is put in its place.
    [[nodiscard]] const crypto::identity_key& key() const { return key_; }
    [[nodiscard]] bool is_made() const { return is_made_; }  ///< just now
    /// Staged, not on trial.
    [[nodiscard]] const crypto::identity_key* next() const { return next_ && !on_trial_ ? &*next_ : nullptr; }

    /// Keeps a new key durably, before the server hears of it. Nothing may be staged already.
    result<void> stage(crypto::identity_key next);
    /// The server has the staged key. It is the node's from now on, even if the files cannot be renamed: then the next start does it.
    result<void> adopt();
    /// The server will not have the staged key.
    result<void> discard();

    /// The server refuses key(). True: now it is another one, try that.
    bool try_other();
    /// The server has taken key(). True if that is news: the staged key was on trial and is the node's now.
    result<bool> on_accepted();

private:
    identity(std::filesystem::path state, crypto::identity_key key) : state_(std::move(state)), key_(std::move(key)) {}
    [[nodiscard]] result<void> publish() const;
    [[nodiscard]] result<void> rename_files() const;

    std::filesystem::path state_;
    crypto::identity_key key_;
    std::optional<crypto::identity_key> next_;  ///< on trial: the key of identity.pem
    bool is_made_ = false;
    bool on_trial_ = false;
};

crypto::identity_key make_identity_key(crypto::key_type type, random_source& random);

}  // namespace buri::node
