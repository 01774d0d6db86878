#include "buri/store/server_config.hpp"

#include "buri/store/config_table.hpp"
#include "buri/store/files.hpp"
#include "buri/store/plan_config.hpp"

#include <set>

namespace buri::store {
namespace {

checked<std::vector<ip_address>> addresses_in(const toml_value& value) {
    const auto list = list_in(value, 1, 16);
    if (!list) return tl::unexpected(list.error());
    std::vector<ip_address> addresses;
    for (const auto& item : *list) {
        const auto text = text_in(item);
        if (!text) return tl::unexpected(text.error());
        const auto address = ip_address::parse(*text);
        if (!address || address->is_multicast()) {
            return problem_at(item, "'" + text->substr(0, 128) + "' is not an address of this machine");
        }
        if (std::ranges::find(addresses, *address) != addresses.end())
            return problem_at(item, *text + " is there twice");
        addresses.push_back(*address);
    }
    return addresses;
}

checked<ip_address> address_in(const toml_value& value) {
    const auto text = text_in(value);
    if (!text) return tl::unexpected(text.error());
    const auto address = ip_address::parse(*text);
    if (!address || address->is_multicast() || address->is_unspecified() || address->is_loopback()) {
        return problem_at(value, "'" + text->substr(0, 128) + "' is not an address that nodes can reach");
    }
    return *address;
}

checked<std::array<std::uint16_t, 2>> port_pair_in(const toml_value& value) {
    const auto list = list_in(value, 2, 2);
    if (!list) return tl::unexpected(list.error());
    std::array<std::uint16_t, 2> ports{};
    for (std::size_t i = 0; i < ports.size(); ++i) {
        if (auto port = store_in(ports[i], integer_in((*list)[i], 1, 65535)); !port)
            return tl::unexpected(port.error());
    }
    if (ports[0] == ports[1]) return problem_at((*list)[1], std::to_string(ports[1]) + " is there twice");
    return ports;
}

checked<ip_prefix> prefix_in(const toml_value& value) {
    const auto text = text_in(value);
    if (!text) return tl::unexpected(text.error());
    const auto prefix = parse_ip_prefix(*text);
    if (!prefix) return problem_at(value, "'" + text->substr(0, 128) + "' is not a range of addresses");
    return *prefix;
}

checked<ip_prefix> pool_in(const toml_value& value) {
    auto pool = prefix_in(value);
    if (!pool) return pool;
    const auto& first = pool->address;
    const bool is_usable = first.is_v4() && pool->length >= 8 && pool->length <= 30 && first.v4_value() >= 0x01000000 &&
                           first.v4_value() < 0xe0000000 && !first.is_loopback() && !first.is_link_local();
    if (!is_usable) return problem_at(value, to_string(*pool) + " cannot be given to nodes");
    return pool;
}

checked<ip_prefix> ula_in(const toml_value& value) {
    auto ula = prefix_in(value);
    if (!ula) return ula;
    if (ula->address.is_v4() || ula->length != 64 || ula->address.v6_bytes()[0] != 0xfd) {
        return problem_at(value, to_string(*ula) + " is not a unique local prefix of 64 bits");
    }
    return ula;
}

checked<std::string> host_in(const toml_value& value) {
    auto name = text_in(value);
    if (!name) return name;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == ':';
    };
    if (name->empty() || name->size() > 253 || !std::ranges::all_of(*name, fits)) {
        return problem_at(value, "'" + name->substr(0, 128) + "' is neither a host name nor an address");
    }
    return name;
}

std::string toml_list(std::span<const ip_address> addresses) {
    std::string out;
    for (const auto& address : addresses)
        out += (out.empty() ? "" : ", ") + toml_text(to_string(address));
    return "[" + out + "]";
}

using row = config_row<server_config>;

constexpr std::string_view head =
    "# Settings of this mediation server; see vpn-config(5). After a change, 'vpn server reload'\n"
    "# takes over what a running server can, and names what needs a restart.\n"
    "# A key that is commented out has the value shown.\n";

std::span<const row> rows() {
    static const auto made = std::to_array<row>({
        {{"listen_tcp", "an integer from 1 to 65535", "",
          "The TCP port of the control channel. Nodes expect the default: with another one they must be told "
          "HOST:PORT.",
          ""},
         [](const toml_value& value, server_config& config) {
             return store_in(config.listen_tcp, integer_in(value, 1, 65535));
         },
         [](const server_config& config) { return std::to_string(config.listen_tcp); }},
        {{"listen_tls", "an integer from 0 to 65535", "",
          "The TCP port where the control channel and the server's relay are reached by TLS, for nodes in networks "
          "that "
          "let nothing else out; 0: none. It is real TLS 1.3 with the server's own key, so a web server cannot share "
          "the "
          "port but by its SNI or ALPN. If the port cannot be had, the server says so and runs without.",
          ""},
         [](const toml_value& value, server_config& config) {
             return store_in(config.listen_tls, integer_in(value, 0, 65535));
         },
         [](const server_config& config) { return std::to_string(config.listen_tls); }},
        {{"listen_stun", "a list of two different integers from 1 to 65535", "",
          "The UDP ports where nodes learn their mapped addresses. There are two because only the comparison of two "
          "answers "
          "tells how a node's NAT maps. Nodes ask at 17771 and 17772: change these only behind port forwards from "
          "there.",
          ""},
         [](const toml_value& value, server_config& config) {
             return store_in(config.listen_stun, port_pair_in(value));
         },
         [](const server_config& config) {
             return "[" + std::to_string(config.listen_stun[0]) + ", " + std::to_string(config.listen_stun[1]) + "]";
         }},
        {{"bind", "a list of 1 to 16 IP addresses, each once", "",
          "The addresses that the server listens on. Name one address to keep the server off the others.", ""},
         [](const toml_value& value, server_config& config) { return store_in(config.bind, addresses_in(value)); },
         [](const server_config& config) { return toml_list(config.bind); }},
        {{"other_address", "an IP address, as text", "\"203.0.113.3\"",
          "A second public address of this machine. With it nodes learn how their NAT filters (RFC 5780), which saves "
          "them attempts that cannot work. It must be among the addresses that `bind` names.",
          ""},
         [](const toml_value& value, server_config& config) {
             return store_in(config.other_address, address_in(value));
         },
         [](const server_config& config) {
             return config.other_address ? toml_text(to_string(*config.other_address)) : std::string();
         }},
        {{"relay", "true or false", "",
          "Whether this server carries the traffic of nodes that cannot reach each other, or not yet. It cannot read "
          "it. "
          "Switch it off to save its traffic once other relays have joined; 'vpn server relay add' lets them.",
          ""},
         [](const toml_value& value, server_config& config) { return store_in(config.relay, flag_in(value)); },
         [](const server_config& config) { return std::string(config.relay ? "true" : "false"); }},
        {{"pool", "an IPv4 range of 8 to 30 bits, as text", "",
          "The range that nodes get their addresses from. The default is reserved for carriers (RFC 6598), so that it "
          "hardly "
          "meets a home or office network. Choose it before the first node registers: addresses that were given stay.",
          ""},
         [](const toml_value& value, server_config& config) { return store_in(config.pool, pool_in(value)); },
         [](const server_config& config) { return toml_text(to_string(config.pool)); }},
        {{"ula", "an IPv6 range of 64 bits inside fd00::/8, as text", "\"fd12:3456:789a:1::/64\"",
          "The prefix of the nodes' IPv6 addresses, made at random by 'vpn server init' (RFC 4193). It must stay as it "
          "is: "
          "every node's IPv6 address follows from it.",
          ""},
         [](const toml_value& value, server_config& config) { return store_in(config.ula, ula_in(value)); },
         [](const server_config& config) {
             return config.ula == ip_prefix() ? std::string() : toml_text(to_string(config.ula));
         }},
        {{"suites", "a list of \"aes\", \"chacha\" and \"classic\", at least one, each once", "",
          "The crypto suites that the server speaks and lets peers speak, the preferred one first. \"classic\" is "
          "Hamachi's "
          "own, for compatibility only: it is weaker, and is never used unless it is named here.",
          ""},
         [](const toml_value& value, server_config& config) { return store_in(config.suites, suites_in(value)); },
         [](const server_config& config) { return store::toml_list(config.suites); }},
        {{"default_plan", "the name of a plan, as text", "",
          "The plan of every account that was given none, or whose plan has ended: \"free\", \"premium\", or one that "
          "a "
          "table [plan.NAME] adds, which begins with the limits of \"free\" and without permissions.",
          ""},
         [](const toml_value& value, server_config& config) {
             return store_in(config.default_plan, plan_name_in(value));
         },
         [](const server_config& config) { return toml_text(config.default_plan); }},
        {{"audit_days", "an integer from 0 to 36500", "",
          "For how many days the log of administrative acts is kept; 0: without limit. It grows with every change of a "
          "network, and only its oldest entries ever go.",
          ""},
         [](const toml_value& value, server_config& config) {
             return integer_in(value, 0, 36500).map([&](std::int64_t days) {
                 config.audit_days = std::chrono::days(days);
             });
         },
         [](const server_config& config) { return std::to_string(config.audit_days.count()); }},
        {{"audit_entries", "an integer from 0 to 1000000000", "",
          "How many entries that log keeps; 0: without limit. It may hold a tenth more between two prunings. A million "
          "takes "
          "about 100 MB of disk.",
          ""},
         [](const toml_value& value, server_config& config) {
             return store_in(config.audit_entries, integer_in(value, 0, 1'000'000'000));
         },
         [](const server_config& config) { return std::to_string(config.audit_entries); }},
        {{"registration", "\"open\" or \"closed\"", "",
          "Whether a node that the server does not know gets an account. Close it once all your nodes have registered.",
          ""},
         [](const toml_value& value, server_config& config) {
             return store_in(config.registration_open, first_of(value, "open", "closed"));
         },
         [](const server_config& config) { return toml_text(config.registration_open ? "open" : "closed"); }},
        {{"name", "a host name or an IP address, as text", "\"vpn.example.org\"",
          "The public name of this server, used in the line for users that 'vpn server init' prints.", ""},
         [](const toml_value& value, server_config& config) { return store_in(config.name, host_in(value)); },
         [](const server_config& config) { return config.name ? toml_text(*config.name) : std::string(); }},
        {{"log_level", "\"debug\", \"info\", \"warning\" or \"error\"", "",
          "The least important lines that are logged. What a stranger on the network can cause is logged at \"debug\" "
          "only.",
          ""},
         [](const toml_value& value, server_config& config) { return store_in(config.log_level, log_level_in(value)); },
         [](const server_config& config) { return toml_name(config.log_level); }},
    });
    return made;
}

using table_type = config_table<server_config, plan>;

const table_type& table() {
    static const table_type made{head, rows(), &plan_tables()};
    return made;
}

result<server_config> check_whole(const toml_document& document, server_config config) {
    if (document.find("ula") == nullptr) {
        return fail(document.mistake({1, 1},
                                     "the key 'ula' is missing, and the nodes' IPv6 addresses need it. Put the line "
                                     "back that 'vpn server init' wrote."));
    }
    const auto* const chosen = document.find("default_plan");
    if (chosen != nullptr && std::ranges::find(config.plans, config.default_plan, &plan::name) == config.plans.end()) {
        std::string names;
        for (const auto& each : config.plans)
            names += (names.empty() ? "" : ", ") + each.name;
        return fail(document.mistake(
            chosen->value.where, "default_plan: there is no plan '" + config.default_plan + "'. Plans are: " + names +
                                     ". Name one of them, or add [plan." + config.default_plan + "]."));
    }
    return config;
}

}  // namespace

std::span<const config_key> server_config_keys() {
    static const auto keys = keys_of(table());
    return keys;
}

std::string to_toml(const server_config& config) {
    return write_config(config, table());
}

result<server_config> parse_server_config(std::string_view text, std::string_view file_name) {
    const auto document = toml_document::parse(text, file_name);
    if (!document) return fail(document.error());
    return read_config(*document, table()).and_then([&](server_config config) {
        return check_whole(*document, std::move(config));
    });
}

result<server_config> load_server_config(const std::filesystem::path& file) {
    const auto text = read_file(file, max_toml_file);
    if (!text) return fail(text.error());
    if (!*text) {
        return fail(errc::not_initialised, "cannot read '" + file.string() +
                                               "': there is no server here yet. Make one with 'vpn server init'.");
    }
    return parse_server_config(**text, file.string());
}

}  // namespace buri::store
