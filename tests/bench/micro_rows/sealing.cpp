// Sealing and opening of one packet, by suite and library.
#include "buri/crypto/sealing.hpp"

#include "tests/bench/micro_rows/rows.hpp"
#include "tests/support/sealing_modes.hpp"

#include <array>

namespace buri::bench {
namespace {

constexpr std::size_t batch = 64;  // packets, each in a slot of its own, as a train of the data plane has them
constexpr std::size_t slot = 1536;
using header_bytes = std::array<std::uint8_t, crypto::sealed_header_size>;

header_bytes header_of(std::size_t id) {
    return {1, 2, 3, 4, 0, 0, static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id)};
}

std::string name_of(const test::sealing_mode& mode) {
    std::string name(describe(mode.suite).name);
    return mode.kept == crypto::secrecy::encrypted ? name : name + ", not encrypted";
}

std::string library_of(const test::sealing_mode& mode) {
    if (mode.library == crypto::aead_library::openssl) return "OpenSSL";
    return std::string(crypto::backend_of(mode.suite).name);
}

/// ChaCha20-Poly1305 that only authenticates is OpenSSL's, whatever is asked for.
bool is_another(const test::sealing_mode& mode) {
    return mode.suite == suite_id::chacha && mode.kept == crypto::secrecy::authenticated_only &&
           mode.library == crypto::aead_library::ipsec_mb;
}

void add_rows(table& out, const test::sealing_mode& mode, std::size_t size) {
    crypto::sealer sealer(mode.suite, {}, mode.kept, mode.library);
    crypto::opener opener(mode.suite, {}, mode.kept, mode.library);
    bytes plain(batch * slot, 0x45);
    bytes sealed(batch * slot);
    const auto in = [](bytes& of, std::size_t at, std::size_t count) {
        return byte_span(of).subspan(at * slot, count);
    };
    const auto seal = [&](std::size_t at) { sealer.seal(header_of(at), in(plain, at, size), in(sealed, at, slot)); };
    const auto seal_all = [&] {
        for (std::size_t at = 0; at < batch; ++at)
            seal(at);
    };
    const auto sealed_size = crypto::sealed_size(mode.suite, size);
    const auto open = [&](std::size_t at) { opener.open(header_of(at), in(sealed, at, sealed_size)); };
    out.add({"seal " + name_of(mode), library_of(mode), size}, measure(batch, seal));
    out.add({"open " + name_of(mode), library_of(mode), size}, measure(batch, seal_all, open));
}

const section sealing("sealing", [](table& out) {
    for (const auto& mode : test::sealing_modes()) {
        if (is_another(mode)) continue;
        for (const std::size_t size : {64U, 1400U})
            add_rows(out, mode, size);
    }
});

}  // namespace
}  // namespace buri::bench
