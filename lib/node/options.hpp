#pragma once
// What whoever starts a node decides; everything else is in its state directory.
#include "buri/base/log.hpp"
#include "buri/store/node_config.hpp"
#include "buri/store/node_state.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace buri::node {

struct options {
    std::filesystem::path state;
    store::node_config config;
    std::string software = "buri";               ///< what the server is told that this is, with a version
    std::optional<store::pinned_server> server;  ///< none: the one that was kept
    std::optional<store::identity_key_type>
        key_type;  ///< insists on it; none: config.key_type for a key that has to be made
    /// Asked when the server's key is not known yet: may this key be pinned? Without it: no.
    std::function<bool(const store::pinned_server& server, const std::string& fingerprint, std::string_view key_type)>
        confirm_key;
    /// One step on the way to being online, for people: "server", "vpn.example.org:12975  verified".
    std::function<void(std::string_view label, const std::string& text)> progress;
    logger log;
};

}  // namespace buri::node
