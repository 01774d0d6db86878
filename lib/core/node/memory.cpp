#include "buri/core/node/memory.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/crypto/digest.hpp"
#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace buri::core {
namespace {

void append(wire::writer& out, wire::event what) {
    const auto cbor = wire::encode(wire::server_message(wire::numbered_event{0, std::move(what)}));
    out.u32(static_cast<std::uint32_t>(cbor.size())).raw(cbor);
}

template <typename T>
std::vector<T> part_of(const std::vector<T>& all, std::size_t begin) {
    const auto from = std::span(all).subspan(std::min(begin, all.size()));
    const auto part = from.first(std::min(from.size(), members_in_one_event));
    return {part.begin(), part.end()};
}

void append(wire::writer& out, const wire::network_info& network) {
    const auto count = std::max(network.members.size(), network.applicants.size());
    std::size_t begin = 0;
    do {
        append(out, wire::network_event{{network.settings, network.waiting, part_of(network.members, begin),
                                         part_of(network.applicants, begin)}});
        begin += members_in_one_event;
    } while (begin < count);
}

template <typename T>
void move_behind(std::vector<T>& to, std::vector<T>& more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void take_network(std::vector<wire::network_info>& to, wire::network_info part) {
    const bool is_more = !to.empty() && to.back().settings.network == part.settings.network;
    if (!is_more) {
        to.push_back(std::move(part));
        return;
    }
    move_behind(to.back().members, part.members);
    move_behind(to.back().applicants, part.applicants);
}

/// False if an event of this kind has no place in a memory.
bool take(memory& to, wire::event what) {
    return std::visit(overloaded{
                          [&](wire::sync& it) {
                              to.all = std::move(it);
                              return true;
                          },
                          [&](wire::peer_event& it) {
                              to.all.peers.push_back(std::move(it.peer));
                              return true;
                          },
                          [&](wire::network_event& it) {
                              take_network(to.all.networks, std::move(it.network));
                              return true;
                          },
                          [&](wire::relay_list& it) {
                              to.relays = std::move(it.relays);
                              return true;
                          },
                          [&](wire::tunnel_open& it) {
                              to.offers.push_back(std::move(it));
                              return true;
                          },
                          [](auto&) { return false; },
                      },
                      what);
}

}  // namespace

bytes encode(const memory& what) {
    wire::writer out;
    auto first = what.all;
    first.peers.clear();
    first.networks.clear();
    append(out, std::move(first));
    for (const auto& peer : what.all.peers)
        append(out, wire::peer_event{peer});
    for (const auto& network : what.all.networks)
        append(out, network);
    append(out, wire::relay_list{what.relays});
    for (const auto& offer : what.offers)
        append(out, offer);
    auto data = out.take();
    const auto digest = crypto::sha256(data);
    data.insert(data.end(), digest.begin(), digest.end());
    return data;
}

result<memory> parse_memory(byte_view data) {
    constexpr auto damaged = "what was remembered of the networks is damaged";
    constexpr auto digest_size = std::tuple_size_v<crypto::sha256_digest>;
    if (data.size() < digest_size) return fail(errc::malformed, damaged);
    const auto events = data.first(data.size() - digest_size);
    if (!std::ranges::equal(crypto::sha256(events), data.last(digest_size))) return fail(errc::malformed, damaged);
    memory out;
    wire::reader in(events);
    do {
        const auto cbor = in.take(in.u32());
        auto message = wire::parse_server_message(cbor);
        auto* const event = message ? std::get_if<wire::numbered_event>(&*message) : nullptr;
        const bool is_first = out.all.id == node_id();
        if (!in.ok() || event == nullptr || std::holds_alternative<wire::sync>(event->body) != is_first ||
            !take(out, std::move(event->body))) {
            return fail(errc::malformed, damaged);
        }
    } while (!in.finish());
    return out;
}

}  // namespace buri::core
