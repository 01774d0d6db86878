#include "cli/handlers.hpp"
#include "cli/json_shapes.hpp"
#include "cli/rows/row_parts.hpp"
#include "cli/rows/rows.hpp"

#include <array>

namespace buri::cli {
namespace {

constexpr auto licence_argument = std::to_array<argument_info>(
    {{"KEY", value_kind::text, true, "buri-licence-..., from the server's operator; - reads standard input"}});
constexpr auto rotate_options = std::to_array<option_info>({
    {"--key-type", "", "TYPE", "of the new key: ed25519 or rsa; by default as before", value_kind::choice, false,
     "ed25519 rsa"},
});
constexpr auto delete_options = std::to_array<option_info>({
    {"--with-networks", "", "", "delete the networks that it owns too; without it, owning one is an error"},
    {"--yes", "-y", "", "do not ask; a script needs it"},
});
constexpr auto installed_fields = std::to_array<field_info>({
    {"plan", "the account's plan now"},
    {"until", "null, or its end, RFC 3339"},
    {"changed", "false if it was installed already"},
});
constexpr auto key_fields = std::to_array<field_info>({
    {"address", "the IPv4 address in the VPN"},
    {"nickname", "the nickname"},
    {"fingerprint", "SHA256:... of the identity key"},
    {"key_type", "ed25519 or rsa"},
});
constexpr auto rotate_fields =
    std::to_array<field_info>({{"fingerprint", "SHA256:... of the new key"}, {"was", "of the former key"}});
constexpr auto gone_fields = std::to_array<field_info>({{"changed", "true"}});

constexpr auto rows = std::to_array<command_info>({
    {"keys show",
     "account",
     "show this node's key",
     {},
     {},
     "What others compare over another way, to be sure that they talk to this node.",
     "vpn keys show",
     "An object.",
     key_fields,
     run_keys_show},
    {"keys rotate",
     "account",
     "give this node a new key",
     {},
     rotate_options,
     "The address, networks and privileges stay: the server moves them to the new key, which the old one has signed. "
     "Peers "
     "hear of it at once. A ban of the old key bars the new one too.",
     "vpn keys rotate",
     "An object.",
     rotate_fields,
     run_keys_rotate},
    {"licence install",
     "account",
     "use a licence key for this node's account",
     licence_argument,
     {},
     "A licence of the plan that runs already lengthens it; each key can be used once. 'vpn status' shows plan and "
     "end.",
     "vpn licence install - < licence.txt",
     "An object.",
     installed_fields,
     run_licence_install},
    {"account delete",
     "account",
     "delete this node's account on the server",
     {},
     delete_options,
     "Its address, memberships and privileges are gone for good, and the daemon stops. Asks on a terminal.",
     "vpn account delete --with-networks",
     "An object.",
     gone_fields,
     run_account_delete},
});

}  // namespace

std::span<const command_info> account_rows() {
    return rows;
}

}  // namespace buri::cli
