#include "buri/store/node_config.hpp"

#include "buri/base/ids.hpp"
#include "buri/store/config_table.hpp"
#include "buri/store/files.hpp"

#include <array>

namespace buri::store {
namespace {

/// What the kernel takes (IFNAMSIZ), less what a shell or a format would trip over.
checked<std::string> interface_in(const toml_value& value) {
    auto name = text_in(value);
    if (!name) return name;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    const bool is_name = !name->empty() && name->size() <= 15 && std::ranges::all_of(*name, fits) && *name != "." &&
                         *name != ".." && name->front() != '-';
    if (!is_name) return problem_at(value, "'" + name->substr(0, 128) + "' is not a name that an interface can have");
    return name;
}

checked<std::string> nickname_in(const toml_value& value) {
    auto name = text_in(value);
    if (name && !parse_nickname(*name)) return problem_at(value, "'" + name->substr(0, 128) + "' is not a nickname");
    return name;
}

/// One identity under several names: enough for a fleet, few enough to be raced.
constexpr std::size_t max_servers = 8;

checked<std::vector<host_port>> servers_in(const toml_value& value) {
    const auto list = list_in(value, 0, max_servers);
    if (!list) return tl::unexpected(list.error());
    std::vector<host_port> servers;
    for (const auto& item : *list) {
        const auto text = text_in(item);
        if (!text) return tl::unexpected(text.error());
        const auto server = parse_host_port(*text);
        if (!server) return problem_at(item, "'" + text->substr(0, 128) + "' is not a host");
        servers.push_back(*server);
    }
    return servers;
}

checked<void> read_proxy(const toml_value& value, node_config& config) {
    const auto text = text_in(value);
    if (!text) return tl::unexpected(text.error());
    config.environment_proxy = false;
    if (*text == "none") return {};
    auto proxy = parse_proxy(*text);
    if (!proxy) return problem_at(value, proxy.error().text);
    config.proxy = std::move(*proxy);
    return {};
}

std::string write_proxy(const node_config& config) {
    if (config.proxy) return toml_text(to_url(*config.proxy));
    return config.environment_proxy ? std::string() : toml_text("none");
}

std::string write_servers(const node_config& config) {
    std::string out;
    for (const auto& each : config.servers)
        out += (out.empty() ? "" : ", ") + toml_text(to_string(each));
    return out.empty() ? out : "[" + out + "]";
}

using row = config_row<node_config>;

constexpr std::string_view head =
    "# Settings of this node. Every key is optional; see vpn-config(5). Restart the daemon after a change.\n";

const config_table<node_config>& table() {
    static const auto rows = std::to_array<row>({
        {{"suites", "a list of \"aes\", \"chacha\" and \"classic\", at least one, each once", "[\"aes\", \"chacha\"]",
          "The crypto suites that this node speaks with its server and its peers, the preferred one first. Without "
          "it, \"aes\" and \"chacha\", the one first that this machine does faster: \"aes\" with AES instructions of "
          "the "
          "processor, else \"chacha\". \"classic\" is Hamachi's own, for "
          "compatibility "
          "only: it is weaker, needs RSA keys on both sides, and is never used unless it is named here.",
          ""},
         [](const toml_value& value, node_config& config) { return store_in(config.suites, suites_in(value)); },
         [](const node_config& config) { return config.suites.empty() ? std::string() : toml_list(config.suites); }},
        {{"interface", "a text of 1 to 15 letters, digits, '-', '_' and '.'", "",
          "The name of the network interface that the daemon makes. Change it to run several nodes on one machine.",
          ""},
         [](const toml_value& value, node_config& config) { return store_in(config.interface, interface_in(value)); },
         [](const node_config& config) { return toml_text(config.interface); }},
        {{"mtu", "an integer from 1280 to 9000", "",
          "The largest packet that the interface takes, in bytes. 1280 is the least that IPv6 allows. With the default "
          "a sealed "
          "packet still fits paths of 1460 bytes; only raise it where every path between the peers takes more.",
          ""},
         [](const toml_value& value, node_config& config) {
             return store_in(config.mtu, integer_in(value, 1280, 9000));
         },
         [](const node_config& config) { return std::to_string(config.mtu); }},
        {{"port", "an integer from 0 to 65535", "",
          "The UDP port of the tunnels. 0 chooses one from 32768 to 60999 at the first start and keeps it. Set it to "
          "open or "
          "forward that port in a firewall.",
          ""},
         [](const toml_value& value, node_config& config) {
             return store_in(config.port, integer_in(value, 0, 65535));
         },
         [](const node_config& config) { return std::to_string(config.port); }},
        {{"key_type", "\"ed25519\" or \"rsa\"", "",
          "The kind of identity key that is made at the first start; a key that exists is not changed. \"rsa\" is for "
          "the "
          "suite \"classic\".",
          ""},
         [](const toml_value& value, node_config& config) {
             const auto store = [&](bool is_first) {
                 config.key_type = is_first ? identity_key_type::ed25519 : identity_key_type::rsa;
             };
             return first_of(value, "ed25519", "rsa").map(store);
         },
         [](const node_config& config) {
             return toml_text(config.key_type == identity_key_type::ed25519 ? "ed25519" : "rsa");
         }},
        {{"nickname", "a text of 1 to 63 letters, digits and hyphens, with no hyphen at either end", "\"build-host\"",
          "The name that other members see. Without it, the name that 'vpn nick' set is used, or else the host's name.",
          ""},
         [](const toml_value& value, node_config& config) { return store_in(config.nickname, nickname_in(value)); },
         [](const node_config& config) { return config.nickname ? toml_text(*config.nickname) : std::string(); }},
        {{"encryption", "\"required\" or \"optional\"", "",
          "Whether this node takes part where a network asks for tunnels without encryption. With \"optional\" the "
          "traffic with peers that allow it too, in networks that ask for it, is still authenticated, but readable for "
          "everybody on the way. All other traffic stays encrypted.",
          ""},
         [](const toml_value& value, node_config& config) {
             return store_in(config.allow_unencrypted, first_of(value, "optional", "required"));
         },
         [](const node_config& config) { return toml_text(config.allow_unencrypted ? "optional" : "required"); }},
        {{"servers", "a list of at most 8 hosts, as \"HOST\" or \"HOST:PORT\"",
          "[\"vpn2.example.org\", \"198.51.100.9:12975\"]",
          "More names or addresses of the mediation server, beside the one that was named at the start. All are the "
          "same "
          "server, with the same key; the first that answers is used, so that the node stays online while one is away.",
          ""},
         [](const toml_value& value, node_config& config) { return store_in(config.servers, servers_in(value)); },
         write_servers},
        {{"tls_port", "an integer from 0 to 65535", "",
          "Where the server is asked by TLS, in networks that let plain TCP to its port not pass. 0 never uses TLS, "
          "and "
          "no proxy either.",
          ""},
         [](const toml_value& value, node_config& config) {
             return store_in(config.tls_port, integer_in(value, 0, 65535));
         },
         [](const node_config& config) { return std::to_string(config.tls_port); }},
        {{"proxy", "a text: \"http://HOST:PORT\", \"http://USER:PASSWORD@HOST:PORT\" or \"none\"",
          "\"http://proxy.example.org:3128\"",
          "The HTTP proxy through which the server and relays are reached, by TLS, where nothing else gets through. "
          "Characters other than letters, digits and '-._~' of the user and the password are written as %XX. Without "
          "it, "
          "https_proxy and no_proxy of the environment are used; \"none\" uses none at all.",
          ""},
         read_proxy,
         write_proxy},
        {{"port_mapping", "true or false", "",
          "Whether the router is asked, by PCP, NAT-PMP and UPnP, to forward the port of the tunnels. What it forwards "
          "is "
          "offered to peers once the server has reached this node through it, and given back at the end.",
          ""},
         [](const toml_value& value, node_config& config) { return store_in(config.port_mapping, flag_in(value)); },
         [](const node_config& config) { return std::string(config.port_mapping ? "true" : "false"); }},
        {{"spray", "true or false", "",
          "Whether up to 2,048 probes, 200 a second, go to a peer whose router gives each connection a random port and "
          "that "
          "cannot be reached directly otherwise; once in 10 minutes a peer, and only to the address that the server "
          "sees it "
          "at. Without it such peers are reached by relay.",
          ""},
         [](const toml_value& value, node_config& config) { return store_in(config.spray, flag_in(value)); },
         [](const node_config& config) { return std::string(config.spray ? "true" : "false"); }},
        {{"direct_tcp", "true or false", "",
          "Whether peers may connect by TCP to the port of the tunnels, where UDP does not pass between them. What "
          "comes "
          "there has to prove itself as everywhere else.",
          ""},
         [](const toml_value& value, node_config& config) { return store_in(config.direct_tcp, flag_in(value)); },
         [](const node_config& config) { return std::string(config.direct_tcp ? "true" : "false"); }},
        {{"log_level", "\"debug\", \"info\", \"warning\" or \"error\"", "",
          "The least important lines that are logged. What a stranger on the network can cause is logged at \"debug\" "
          "only.",
          ""},
         [](const toml_value& value, node_config& config) { return store_in(config.log_level, log_level_in(value)); },
         [](const node_config& config) { return toml_name(config.log_level); }},
    });
    static const config_table<node_config> made{head, rows};
    return made;
}

}  // namespace

std::span<const config_key> node_config_keys() {
    static const auto keys = keys_of(table());
    return keys;
}

std::string node_config_template() {
    return write_config(node_config(), table());
}

result<node_config> parse_node_config(std::string_view text, std::string_view file_name) {
    return toml_document::parse(text, file_name).and_then([](const toml_document& document) {
        return read_config(document, table());
    });
}

result<node_config> load_default_node_config(const std::filesystem::path& file) {
    const auto text = read_file(file, max_toml_file);
    if (!text) return fail(text.error());
    if (!*text) return node_config();
    return parse_node_config(**text, file.string());
}

result<node_config> load_named_node_config(const std::filesystem::path& file) {
    const auto text = read_file(file, max_toml_file);
    if (!text) return fail(text.error());
    if (!*text) {
        return fail(errc::config, "cannot read the configuration '" + file.string() +
                                      "': there is no such file. Correct the path, or leave it out for the defaults.");
    }
    return parse_node_config(**text, file.string());
}

}  // namespace buri::store
