// A node and a server with the input as the wire between them: it delivers, cuts, doubles, flips and forges bytes, lets time pass and
// has either side send. Whatever happens, what one side receives is what the other sent, in order, and nobody is who they are not.
#include "buri/base/overloaded.hpp"
#include "buri/core/control/control_client.hpp"
#include "buri/core/control/control_server.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/seeded_random.hpp"

#include <algorithm>
#include <deque>

using namespace buri;
using buri::fuzz::require;
using buri::fuzz::take_byte;

namespace {

constexpr node_id account{0x64400001};

struct keys {
    test::seeded_random random{1};
    core::server_host_keys server{crypto::identity_key::generate_ed25519(random),
                                  crypto::identity_key::generate_rsa(2048)};
    crypto::identity_key node = crypto::identity_key::generate_ed25519(random);
};

const keys& all_keys() {
    static const keys made;
    return made;
}

core::control_client_settings settings_from(std::uint8_t choice) {
    core::control_client_settings out;
    out.suite = (choice & 1U) != 0 ? suite_id::aes : suite_id::chacha;
    const auto& blob = all_keys().server.ed25519.public_part().blob();
    out.server.fingerprint = crypto::sha256(blob);
    if ((choice & 2U) != 0) out.server.key = blob;
    if ((choice & 4U) != 0) out.identity = account;
    out.nickname = "ada";
    return out;
}

struct messages {
    std::vector<bytes> sent;
    std::size_t received = 0;

    void receive(const bytes& cbor) {
        require(received < sent.size() && sent[received] == cbor, "what is received is what was sent, in order");
        ++received;
    }
};

class machines {
public:
    explicit machines(std::uint8_t choice)
        : client_(settings_from(choice), all_keys().node, random_, {}, now_),
          server_(all_keys().server, {suite_id::aes, suite_id::chacha}, random_, {}, now_) {
        drain();
    }

    void step(std::uint8_t what, byte_view& input) {
        const bool to_server = (what & 1U) != 0;
        auto& wire = to_server ? to_server_ : to_client_;
        const std::size_t count = take_byte(input);
        switch (what / 2 % 8) {
            case 0:
            case 1:
                deliver(to_server, wire.size());
                break;
            case 2:
                deliver(to_server, count);
                break;
            case 3:
                if (!wire.empty())
                    wire[count % wire.size()] =
                        static_cast<std::uint8_t>(wire[count % wire.size()] ^ 1U << (what >> 5U));
                break;
            case 4:
                wire.erase(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(std::min(count, wire.size())));
                break;
            case 5:
                wire.insert(wire.end(), wire.begin(),
                            wire.begin() + static_cast<std::ptrdiff_t>(std::min(count, wire.size())));
                break;
            case 6:
                forge(wire, count, input);
                break;
            default:
                send_or_wait(to_server, count);
                break;
        }
        drain();
    }

private:
    void deliver(bool to_server, std::size_t count) {
        auto& wire = to_server ? to_server_ : to_client_;
        const auto end = wire.begin() + static_cast<std::ptrdiff_t>(std::min(count, wire.size()));
        const bytes piece(wire.begin(), end);
        wire.erase(wire.begin(), end);
        to_server ? server_.on_bytes(piece, now_) : client_.on_bytes(piece, now_);
    }

    static void forge(bytes& wire, std::size_t count, byte_view& input) {
        const auto piece = input.first(std::min(count, input.size()));
        append(wire, piece);
        input = input.subspan(piece.size());
    }

    void send_or_wait(bool from_client, std::size_t count) {
        if (count > 200) {
            now_ += std::chrono::seconds(count - 200);
            client_.on_deadline(now_);
            server_.on_deadline(now_);
            return;
        }
        const bytes cbor(count, static_cast<std::uint8_t>(count));
        if (from_client && client_.state() == core::control_client_state::open) {
            from_client_.sent.push_back(cbor);
            client_.send(cbor);
        } else if (!from_client && server_.state() == core::control_server_state::open) {
            from_server_.sent.push_back(cbor);
            server_.send(cbor);
        }
    }

    void drain() {
        while (const auto output = client_.poll_output())
            on_client(*output);
        while (const auto output = server_.poll_output())
            on_server(*output);
        while (const auto output = client_.poll_output())
            on_client(*output);
    }

    void on_client(const core::control_client_output& output) {
        std::visit(
            overloaded{
                [&](const core::send_bytes& what) { append(to_server_, what.data); },
                [&](const core::server_key_learned& what) {
                    require(what.blob == all_keys().server.ed25519.public_part().blob(), "the key is the pinned one");
                },
                [](const core::server_proven&) { require(false, "nobody asked it to wait"); },
                [&](const core::identity_given& what) {
                    require(what.identity == account, "nobody else gives accounts");
                },
                [&](const core::channel_open&) { require(knows_node_, "the server knows the node before it says so"); },
                [&](const core::message_received& what) { from_server_.receive(what.cbor); },
                [](const core::channel_failed& what) { require(!what.why.text.empty(), "a failure says why"); },
            },
            output);
    }

    void on_server(const core::control_server_output& output) {
        std::visit(overloaded{
                       [&](const core::send_bytes& what) { append(to_client_, what.data); },
                       [&](const core::registration_wanted&) { server_.on_registered(account, now_); },
                       [&](const core::account_wanted& what) {
                           if (what.identity == account) {
                               server_.on_account(all_keys().node.public_part().blob(), now_);
                           } else {
                               server_.on_account_unknown(now_);
                           }
                       },
                       [&](const core::node_authenticated& what) {
                           require(what.identity == account, "nobody is who they are not");
                           knows_node_ = true;
                       },
                       [&](const core::message_received& what) { from_client_.receive(what.cbor); },
                       [](const core::channel_failed& what) { require(!what.why.text.empty(), "a failure says why"); },
                   },
                   output);
    }

    time_point now_ = time_point(std::chrono::hours(1));
    test::seeded_random random_{2};
    core::control_client client_;
    core::control_server server_;
    bytes to_server_;
    bytes to_client_;
    messages from_client_;
    messages from_server_;
    bool knows_node_ = false;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_view input(data, size);
    machines both(take_byte(input));
    for (int steps = 0; !input.empty() && steps < 200; ++steps) {
        const auto what = take_byte(input);
        both.step(what, input);
    }
    return 0;
}
