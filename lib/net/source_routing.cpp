#include "buri/net/source_routing.hpp"

#include "buri/net/netlink_address.hpp"
#include "buri/net/netlink_route.hpp"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>

namespace buri::net {
namespace {

constexpr std::uint32_t first_table = 1'297'500'000;
constexpr std::uint32_t table_count = 100'000;

/// "from SOURCE lookup TABLE", at our priority.
struct source_rule {
    ip_prefix source;
    std::uint32_t table = 0;
    bool operator==(const source_rule&) const = default;
};

unsigned host_length(const ip_address& address) {
    return address.is_v4() ? 32 : 128;
}

/// A rule of ours, of any interface; not another's rule that leads to one of our tables.
std::optional<source_rule> read_rule(const netlink_message& message) {
    const auto fixed = fixed_part<fib_rule_hdr>(message.body);
    if (!fixed || message.type != RTM_NEWRULE || fixed->action != FR_ACT_TO_TBL) return std::nullopt;
    const auto table = number_in<std::uint32_t>(find_attribute(message.body, sizeof *fixed, FRA_TABLE));
    const auto priority = number_in<std::uint32_t>(find_attribute(message.body, sizeof *fixed, FRA_PRIORITY));
    const auto from = read_address(find_attribute(message.body, sizeof *fixed, FRA_SRC));
    if (!from || priority != source_rule_priority || !is_source_table(table)) return std::nullopt;
    return source_rule{{*from, fixed->src_len}, table};
}

int change_rule(netlink_socket& socket, std::uint16_t type, const source_rule& what) {
    fib_rule_hdr fixed{};
    fixed.family = family_of(what.source.address);
    fixed.src_len = static_cast<std::uint8_t>(what.source.length);
    fixed.action = FR_ACT_TO_TBL;
    netlink_request request(type, request_ack | (type == RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0U), fixed);
    request.attribute(FRA_SRC, what.source.address.network_bytes());
    request.number(FRA_TABLE, what.table).number(FRA_PRIORITY, source_rule_priority);
    if (type == RTM_NEWRULE) request.number(FRA_PROTOCOL, static_cast<std::uint8_t>(RTPROT_STATIC));
    const auto code = socket.ask(request);
    const bool was_so = code == (type == RTM_NEWRULE ? EEXIST : ENOENT);
    return was_so ? 0 : code;
}

std::set<std::uint32_t> tables_of_interfaces() {
    std::set<std::uint32_t> out;
    const std::unique_ptr<struct if_nameindex, decltype(&::if_freenameindex)> all(::if_nameindex(), ::if_freenameindex);
    for (const auto* each = all.get(); each != nullptr && each->if_index != 0; ++each)
        out.insert(source_table_of(each->if_index));
    return out;
}

/// Of the rules that lead to `table` only the wanted ones remain, and none that leads to the table of an interface that
/// is gone.
int replace_rules(netlink_socket& socket, std::uint32_t table, const std::vector<source_rule>& wanted) {
    std::vector<source_rule> present;
    netlink_request request(RTM_GETRULE, request_dump, fib_rule_hdr{});
    const auto listed = socket.dump(request, [&](const netlink_message& message) {
        if (const auto rule = read_rule(message)) present.push_back(*rule);
    });
    if (listed != 0) return listed;

    const auto tables = tables_of_interfaces();
    for (const auto& rule : present) {
        const bool is_kept = rule.table == table ? std::ranges::find(wanted, rule) != wanted.end()
                                                 : tables.empty() || tables.contains(rule.table);
        const auto code = is_kept ? 0 : change_rule(socket, RTM_DELRULE, rule);
        if (code != 0) return code;
    }
    for (const auto& rule : wanted) {
        const bool is_there = std::ranges::find(present, rule) != present.end();
        const auto code = is_there ? 0 : change_rule(socket, RTM_NEWRULE, rule);
        if (code != 0) return code;
    }
    return 0;
}

int replace_routes(netlink_socket& socket, std::uint32_t table, const std::vector<route>& wanted) {
    std::vector<route> present;
    const auto listed = list_routes(socket, AF_UNSPEC, [&](const route& each) {
        if (each.table == table) present.push_back(each);
    });
    if (listed != 0) return listed;
    for (const auto& each : present) {
        const bool is_kept = std::ranges::find(wanted, each) != wanted.end();
        const auto code = is_kept ? 0 : change_route(socket, RTM_DELROUTE, each);
        if (code != 0 && code != ESRCH) return code;
    }
    for (const auto& each : wanted) {
        const bool is_there = std::ranges::find(present, each) != present.end();
        const auto code = is_there ? 0 : change_route(socket, RTM_NEWROUTE, each);
        if (code != 0) return code;
    }
    return 0;
}

}  // namespace

std::uint32_t source_table_of(unsigned index) {
    return first_table + index % table_count;
}

bool is_source_table(std::uint32_t table) {
    return table >= first_table && table - first_table < table_count;
}

int set_source_routes(netlink_socket& socket, unsigned index, const std::vector<source_route>& wanted) {
    const auto table = source_table_of(index);
    std::vector<source_rule> rules;
    std::vector<route> routes;
    for (const auto& each : wanted) {
        rules.push_back({{each.from, host_length(each.from)}, table});
        routes.push_back({index, table, each.to});
    }
    // A kernel without rules has no further tables either, and would put the routes into the main one.
    if (const auto code = replace_rules(socket, table, rules); code != 0) return code;
    return replace_routes(socket, table, routes);
}

int remove_source_rules(netlink_socket& socket, unsigned index) {
    return replace_rules(socket, source_table_of(index), {});
}

}  // namespace buri::net
