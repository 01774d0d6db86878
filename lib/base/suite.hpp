#pragma once
// The crypto suites by number, name and sizes (protocol section 2). What they compute is in crypto/.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace buri {

enum class suite_id : std::uint8_t { classic = 1, aes = 2, chacha = 3, hybrid = 4 };

struct suite_info {
    suite_id id;
    std::string_view name;
    std::size_t nonce_size;        ///< bytes of Ni and Nr
    std::size_t dh_size;           ///< bytes of Gi and Gr
    std::size_t fingerprint_size;  ///< bytes of ServerKfp
};

/// The suites that this program speaks, in ascending number. Suite 4 is not among them with OpenSSL 3.0.
std::span<const suite_info> all_suites();

const suite_info& describe(suite_id id);
std::optional<suite_id> suite_from_wire(std::uint8_t number);
std::optional<suite_id> suite_from_name(std::string_view name);

}  // namespace buri
