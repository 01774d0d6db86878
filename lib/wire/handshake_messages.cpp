#include "buri/wire/handshake_messages.hpp"

#include "buri/wire/reader.hpp"
#include "buri/wire/utf8.hpp"
#include "buri/wire/writer.hpp"

#include <array>

namespace buri::wire {
namespace {

constexpr std::uint8_t protocol_version = 1;
constexpr std::size_t max_nickname = 63;

using parsed = tl::expected<control_message, parse_errc>;

tl::unexpected<parse_errc> refused(parse_errc why) {
    return tl::unexpected(why);
}

bytes copy(byte_view from) {
    return {from.begin(), from.end()};
}

std::string text_of(reader& in, std::size_t max) {
    auto text = to_string(in.var(max));
    if (!is_utf8(text)) in.fail();
    return text;
}

/// The message, if its fields ended where its bytes did.
parsed finish(const reader& in, control_message message) {
    if (!in.finish()) return refused(parse_errc::malformed);
    return message;
}

parsed parse_helo(reader& in) {
    const auto version = in.u8();
    const auto suite = in.u8();
    if (!in.ok()) return refused(parse_errc::malformed);
    if (version != protocol_version) return refused(parse_errc::unsupported_version);
    const auto known = suite_from_wire(suite);
    if (!known) return refused(parse_errc::unsupported_suite);
    const auto& sizes = describe(*known);
    helo out;
    out.suite = *known;
    out.server_fingerprint = copy(in.var(sizes.fingerprint_size));
    if (out.server_fingerprint.size() != sizes.fingerprint_size) in.fail();
    out.nonce = copy(in.take(sizes.nonce_size));
    out.dh = copy(in.take(sizes.dh_size));
    return finish(in, std::move(out));
}

parsed parse_helo_ok(reader& in, suite_id suite) {
    const auto& sizes = describe(suite);
    helo_ok out;
    out.nonce = copy(in.take(sizes.nonce_size));
    out.dh = copy(in.take(sizes.dh_size));
    if (suite != suite_id::classic) {
        out.server_key = copy(in.var(max_key_blob));
        out.signature = copy(in.var(max_signature));
    }
    return finish(in, std::move(out));
}

template <typename Error>
parsed parse_error(reader& in) {
    Error out;
    out.code = in.u16();
    out.text = text_of(in, max_text);
    return finish(in, std::move(out));
}

parsed parse_key_request(reader& in) {
    key_request out{copy(in.var(describe(suite_id::aes).fingerprint_size))};
    const auto size = out.server_fingerprint.size();
    const bool is_fingerprint =
        size == describe(suite_id::classic).fingerprint_size || size == describe(suite_id::aes).fingerprint_size;
    if (size != 0 && !is_fingerprint) in.fail();
    return finish(in, std::move(out));
}

parsed parse_register(reader& in) {
    register_account out;
    out.key = copy(in.var(max_key_blob));
    out.nickname = text_of(in, max_nickname);
    return finish(in, std::move(out));
}

parsed parse_auth(reader& in) {
    auth out;
    out.identity = {in.u32()};
    out.signature = copy(in.var(max_signature));
    return finish(in, std::move(out));
}

parsed parse_key_reply(reader& in) {
    key_reply out{copy(in.var(max_key_blob))};
    return finish(in, std::move(out));
}

parsed parse_register_ok(reader& in) {
    const register_ok out{{in.u32()}};
    return finish(in, out);
}

parsed parse_auth_ok(reader& in) {
    auth_ok out{copy(in.var(max_signature))};
    return finish(in, std::move(out));
}

enum class signature_field { kept, left_out };

class control_encoder {
public:
    control_encoder(suite_id suite, signature_field field) : suite_(suite), field_(field) {}

    void operator()(const helo& message) {
        out_.u8(protocol_version).u8(static_cast<std::uint8_t>(message.suite));
        out_.var(message.server_fingerprint).raw(message.nonce).raw(message.dh);
    }
    void operator()(const helo_ok& message) {
        out_.raw(message.nonce).raw(message.dh);
        if (suite_ == suite_id::classic) return;
        out_.var(message.server_key);
        sign(message.signature);
    }
    void operator()(const helo_err& message) {
        out_.u16(message.code).var(as_bytes(clean_text(message.text, max_text)));
    }
    void operator()(const key_request& message) { out_.var(message.server_fingerprint); }
    void operator()(const key_reply& message) { out_.var(message.server_key); }
    void operator()(const register_account& message) { out_.var(message.key).var(as_bytes(message.nickname)); }
    void operator()(const register_ok& message) { out_.u32(message.identity.value); }
    void operator()(const auth& message) {
        out_.u32(message.identity.value);
        sign(message.signature);
    }
    void operator()(const auth_ok& message) { sign(message.signature); }
    void operator()(const control_err& message) {
        out_.u16(message.code).var(as_bytes(clean_text(message.text, max_text)));
    }
    void operator()(const control_msg& message) { out_.raw(message.cbor); }

    bytes payload(const control_message& message) {
        out_.u8(static_cast<std::uint8_t>(tag_of(message)));
        std::visit(*this, message);
        return out_.take();
    }

private:
    static control_tag tag_of(const control_message& message) {
        constexpr auto tags = std::to_array<control_tag>(
            {control_tag::helo, control_tag::helo_ok, control_tag::helo_err, control_tag::key_request, control_tag::key,
             control_tag::register_account, control_tag::register_ok, control_tag::auth, control_tag::auth_ok,
             control_tag::err, control_tag::msg});
        static_assert(tags.size() == std::variant_size_v<control_message>);
        return tags.at(message.index());
    }

    void sign(const bytes& signature) {
        if (field_ == signature_field::kept) out_.var(signature);
    }

    suite_id suite_;
    signature_field field_;
    writer out_;
};

}  // namespace

tl::expected<control_message, parse_errc> parse_control_message(byte_view payload, suite_id suite) {
    reader in(payload);
    const auto tag = static_cast<control_tag>(in.u8());
    if (!in.ok()) return refused(parse_errc::malformed);
    switch (tag) {
        case control_tag::helo:
            return parse_helo(in);
        case control_tag::helo_ok:
            return parse_helo_ok(in, suite);
        case control_tag::helo_err:
            return parse_error<helo_err>(in);
        case control_tag::key_request:
            return parse_key_request(in);
        case control_tag::key:
            return parse_key_reply(in);
        case control_tag::register_account:
            return parse_register(in);
        case control_tag::register_ok:
            return parse_register_ok(in);
        case control_tag::auth:
            return parse_auth(in);
        case control_tag::auth_ok:
            return parse_auth_ok(in);
        case control_tag::err:
            return parse_error<control_err>(in);
        case control_tag::msg:
            return control_msg{copy(in.rest())};
    }
    return refused(parse_errc::unknown_tag);
}

bytes encode(const control_message& message, suite_id suite) {
    return control_encoder(suite, signature_field::kept).payload(message);
}

bytes encode_unsigned(const control_message& message, suite_id suite) {
    return control_encoder(suite, signature_field::left_out).payload(message);
}

}  // namespace buri::wire
