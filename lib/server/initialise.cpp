#include "buri/server/initialise.hpp"

#include "buri/server/state_files.hpp"
#include "buri/store/files.hpp"
#include "buri/store/key_file.hpp"
#include "buri/store/server_database.hpp"

#include <unistd.h>

#include <array>

namespace buri::server {
namespace {

struct host_key_file {
    std::string_view private_name;
    std::string_view public_name;
    crypto::key_type type;
};

constexpr host_key_file ed25519_file{ed25519_private.name, ed25519_public.name, crypto::key_type::ed25519};
constexpr host_key_file rsa_file{rsa_private.name, rsa_public.name, crypto::key_type::rsa};

result<crypto::identity_key> load_key(const std::filesystem::path& state, const host_key_file& file) {
    const auto path = state / file.private_name;
    const auto pem = store::load_private_key(path);
    if (!pem) return fail(pem.error());
    if (!*pem)
        return fail(errc::not_initialised,
                    path.string() + " is missing. Make it with 'vpn server init --state " + state.string() + "'.");
    auto key = crypto::identity_key::from_pem(**pem);
    if (!key) return fail(key.error().code, path.string() + ": " + key.error().text);
    if (key->type() != file.type) {
        return fail(errc::key_file, path.string() + " holds a key of kind " + std::string(to_string(key->type())) +
                                        ", not " + std::string(to_string(file.type)) + ". Put the right file back.");
    }
    return key;
}

result<void> make_key(const std::filesystem::path& state, const host_key_file& file, random_source& random) {
    const auto existing = store::load_private_key(state / file.private_name);
    if (!existing) return fail(existing.error());
    if (*existing) return {};
    const auto key = file.type == crypto::key_type::rsa ? crypto::identity_key::generate_rsa()
                                                        : crypto::identity_key::generate_ed25519(random);
    const auto saved = store::save_private_key(state / file.private_name, key.to_pem());
    if (!saved) return saved;
    return store::save_public_key(state / file.public_name, key.public_part().openssh_line("buri-server"));
}

/// fd, 40 random bits, subnet 0 (RFC 4193 section 3.1).
ip_prefix random_ula(random_source& random) {
    std::array<std::uint8_t, 16> raw{};
    raw[0] = 0xfd;
    random.fill(std::span(raw).subspan<1, 5>());
    return {ip_address::v6(raw), 64};
}

std::string machine_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string("localhost");
}

store::server_config new_config(const init_settings& settings, random_source& random) {
    store::server_config config;
    config.ula = random_ula(random);
    config.name = settings.name ? *settings.name : machine_name();
    if (settings.pool) config.pool = *settings.pool;
    if (settings.port) config.listen_tcp = *settings.port;
    return config;
}

std::string server_line(const store::server_config& config, const std::string& fingerprint) {
    const auto host = config.name.value_or(machine_name());
    const bool is_v6 = host.find(':') != std::string::npos;
    auto line = is_v6 ? "[" + host + "]" : host;
    if (config.listen_tcp != store::server_config{}.listen_tcp) line += ":" + std::to_string(config.listen_tcp);
    return line + "#" + fingerprint;
}

result<void> make_missing(const init_settings& settings, random_source& random) {
    auto done = store::make_directory(settings.state, 0750);
    for (const auto& file : {ed25519_file, rsa_file}) {
        if (done) done = make_key(settings.state, file, random);
    }
    if (!done) return done;
    const auto database = store::server_database::open(database_path(settings.state));
    if (!database) return fail(database.error());
    return store::write_file_durably(config_path(settings.state), store::to_toml(new_config(settings, random)),
                                     config_file.mode);
}

}  // namespace

result<core::server_host_keys> load_host_keys(const std::filesystem::path& state) {
    auto ed25519 = load_key(state, ed25519_file);
    if (!ed25519) return fail(ed25519.error());
    auto rsa = load_key(state, rsa_file);
    if (!rsa) return fail(rsa.error());
    return core::server_host_keys{std::move(*ed25519), std::move(*rsa)};
}

result<init_report> initialise(const init_settings& settings, random_source& random) {
    init_report report;
    const auto existing = store::read_file(config_path(settings.state), 1U << 20U);
    if (!existing) return fail(existing.error());
    report.made = !existing->has_value();
    if (report.made && is_half_restored(settings.state)) {
        return fail(errc::state_unreadable, "a restore into " + settings.state.string() +
                                                " was cut short. Do it again with 'vpn server restore', or name "
                                                "another directory with --state.");
    }
    if (report.made) {
        const auto made = make_missing(settings, random);
        if (!made) return fail(made.error());
    }
    const auto config = store::load_server_config(config_path(settings.state));
    if (!config) return fail(config.error());
    const auto keys = load_host_keys(settings.state);
    if (!keys) return fail(keys.error());
    report.fingerprint = crypto::fingerprint(keys->ed25519.public_part().blob());
    report.rsa_fingerprint = crypto::fingerprint(keys->rsa.public_part().blob());
    report.pool = config->pool;
    report.ula = config->ula;
    report.server_line = server_line(*config, report.fingerprint);
    return report;
}

}  // namespace buri::server
