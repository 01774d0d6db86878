#include "buri/store/node_state.hpp"

#include "buri/store/config_values.hpp"
#include "buri/store/files.hpp"

namespace buri::store {
namespace {

constexpr std::string_view head =
    "# What this node keeps between runs. 'vpn' rewrites this file; your settings belong into config.toml.\n";

/// Reads entries by name; the first that is wrong is kept as the error.
class state_reader {
public:
    explicit state_reader(const toml_document& document) : document_(document) {}

    /// Gives the entry's text to `parse`, which answers with an optional or a result.
    template <typename To, typename Parse>
    void text(std::string_view name, To& to, Parse parse) {
        const auto* const entry = document_.find(name);
        if (entry == nullptr || problem_) return;
        const auto raw = text_in(entry->value);
        if (!raw) return wrong(name, raw.error());
        auto parsed = parse(*raw);
        if (!parsed) return wrong(name, {entry->value.where, "this value is damaged"});
        to = std::move(*parsed);
    }

    void port(std::string_view name, std::int64_t min, std::uint16_t& to) {
        const auto* const entry = document_.find(name);
        if (entry == nullptr || problem_) return;
        if (const auto done = store_in(to, integer_in(entry->value, min, 65535)); !done) wrong(name, done.error());
    }

    [[nodiscard]] const std::optional<error>& problem() const { return problem_; }

private:
    void wrong(std::string_view name, const config_problem& what) {
        problem_ = document_.mistake(what.where, std::string(name) + ": " + what.why + ". Correct the line.");
    }

    const toml_document& document_;
    std::optional<error> problem_;
};

std::optional<std::string> any_text(const std::string& text) {
    return text;
}

std::optional<std::string> some_text(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

error with_next_step(error problem) {
    problem.text += " Or move the file away: the node then keeps its key, but must be told its server again.";
    return problem;
}

std::string line(std::string_view name, const std::string& value) {
    return std::string(name) + " = " + value + "\n";
}

}  // namespace

result<node_state> parse_node_state(std::string_view text, std::string_view file_name) {
    const auto document = toml_document::parse(text, file_name);
    if (!document) return fail(with_next_step(document.error()));
    node_state state;
    state_reader reader(*document);
    reader.text("identity", state.identity, parse_node_id);
    reader.text("nickname", state.nickname, any_text);
    reader.port("udp_port", 0, state.udp_port);
    reader.text("pool", state.pool, parse_ip_prefix);
    reader.text("ula", state.ula, parse_ip_prefix);
    if (const auto* const table = document->find("server"); table != nullptr) {
        auto& server = state.server.emplace();
        reader.text("server.host", server.host, some_text);
        reader.port("server.port", 1, server.port);
        reader.text("server.fingerprint", server.fingerprint, any_text);
        reader.text("server.key", server.key_blob, from_base64);
        reader.text("server.way", server.way, any_text);
        reader.text("server.way_host", server.way_host, any_text);
        if (server.host.empty() && !reader.problem()) {
            return fail(with_next_step(
                document->mistake(table->where, "server: the key 'host' is missing. Correct the table.")));
        }
    }
    if (reader.problem()) return fail(with_next_step(*reader.problem()));
    return state;
}

std::string to_toml(const node_state& state) {
    std::string out(head);
    if (state.identity) out += line("identity", toml_text(to_string(state.identity)));
    if (!state.nickname.empty()) out += line("nickname", toml_text(state.nickname));
    if (state.udp_port != 0) out += line("udp_port", std::to_string(state.udp_port));
    if (state.pool) out += line("pool", toml_text(to_string(*state.pool)));
    if (state.ula) out += line("ula", toml_text(to_string(*state.ula)));
    if (state.server) {
        out += "\n[server]\n" + line("host", toml_text(state.server->host)) +
               line("port", std::to_string(state.server->port));
        if (!state.server->fingerprint.empty()) out += line("fingerprint", toml_text(state.server->fingerprint));
        if (!state.server->key_blob.empty()) out += line("key", toml_text(to_base64(state.server->key_blob)));
        if (!state.server->way.empty()) out += line("way", toml_text(state.server->way));
        if (!state.server->way_host.empty()) out += line("way_host", toml_text(state.server->way_host));
    }
    return out;
}

result<node_state> load_node_state(const std::filesystem::path& directory) {
    const auto file = directory / "node.toml";
    const auto text = read_file(file, max_toml_file);
    if (!text) return fail(text.error());
    if (!*text) return node_state();
    return parse_node_state(**text, file.string());
}

result<void> save_node_state(const std::filesystem::path& directory, const node_state& state) {
    return write_file_durably(directory / "node.toml", to_toml(state), 0600);
}

}  // namespace buri::store
