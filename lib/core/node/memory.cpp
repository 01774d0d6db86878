#include "buri/core/node/memory.hpp"

#include "buri/base/overloaded.hpp"
#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

#include <utility>

namespace buri::core {
namespace {

void append(wire::writer& out, wire::event what) {
    const auto cbor = wire::encode(wire::server_message(wire::numbered_event{0, std::move(what)}));
    out.u32(static_cast<std::uint32_t>(cbor.size())).raw(cbor);
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
                              to.all.networks.push_back(std::move(it.network));
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
        append(out, wire::network_event{network});
    append(out, wire::relay_list{what.relays});
    for (const auto& offer : what.offers)
        append(out, offer);
    return out.take();
}

result<memory> parse_memory(byte_view data) {
    memory out;
    wire::reader in(data);
    do {
        const auto cbor = in.take(in.u32());
        auto message = wire::parse_server_message(cbor);
        auto* const event = message ? std::get_if<wire::numbered_event>(&*message) : nullptr;
        const bool is_first = out.all.id == node_id();
        if (!in.ok() || event == nullptr || std::holds_alternative<wire::sync>(event->body) != is_first ||
            !take(out, std::move(event->body))) {
            return fail(errc::malformed, "what was remembered of the networks is damaged");
        }
    } while (!in.finish());
    return out;
}

}  // namespace buri::core
