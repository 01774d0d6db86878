#include "buri/core/control/refusals.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace buri::core {
namespace {

constexpr std::string_view message_names[] = {"HELO",        "HELO OK", "HELO ERR", "KEY?", "KEY", "REGISTER",
                                              "REGISTER OK", "AUTH",    "AUTH OK",  "ERR",  "MSG"};
static_assert(std::size(message_names) == std::variant_size_v<wire::control_message>);

/// Text of another machine, so that it cannot steer a terminal or forge a line of a log.
std::string shown(std::string_view text) {
    constexpr std::size_t most = 256;
    std::string out(text.substr(0, most));
    std::ranges::replace_if(
        out, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return out;
}

/// "aes, chacha" from "2,3"; numbers that this version does not know stay numbers.
std::string suite_names(std::string_view list) {
    std::string out;
    while (!list.empty()) {
        std::uint8_t number = 0;
        const auto [end, problem] = std::from_chars(list.data(), list.data() + list.size(), number);
        if (problem != std::errc{}) break;
        const auto known = suite_from_wire(number);
        out += (out.empty() ? "" : ", ") + (known ? std::string(describe(*known).name) : std::to_string(number));
        list.remove_prefix(static_cast<std::size_t>(end - list.data()));
        if (!list.starts_with(',')) break;
        list.remove_prefix(1);
    }
    return out;
}

error suite_refused(const wire::helo_err& refusal, suite_id named) {
    const auto names = suite_names(refusal.text);
    return make_error(errc::suite_refused,
                      "the server refused the crypto suite " + std::string(describe(named).name) +
                          (names.empty() ? std::string() : "; it accepts " + names) +
                          ". Allow one that both sides have, with 'suites' in config.toml or server.toml");
}

std::string named_key(const control_client_settings& settings) {
    if (settings.server.key) return crypto::fingerprint(*settings.server.key);
    return settings.server.fingerprint ? "SHA256:" + to_base64(*settings.server.fingerprint) : "no fingerprint";
}

error missing_server_key(const control_client_settings& settings) {
    if (settings.server.key) {
        return make_error(errc::server_key_changed,
                          "the mediation server no longer has the key that is pinned here, " + named_key(settings) +
                              ": it was set up anew, or another machine answers in its place. If you know why, pin the "
                              "new key with 'vpn up --server HOST#SHA256:…'");
    }
    return make_error(errc::server_key_mismatch, "the mediation server has no key with the fingerprint " +
                                                     named_key(settings) +
                                                     "; compare it with the line that 'vpn server init' printed");
}

}  // namespace

std::string suite_list(std::span<const suite_id> suites) {
    std::string out;
    for (const auto suite : suites)
        out += (out.empty() ? "" : ",") + std::to_string(static_cast<unsigned>(suite));
    return out;
}

error from_helo_err(const wire::helo_err& refusal, const control_client_settings& settings) {
    const auto code = error_from_wire(refusal.code);
    if (code == errc::server_key_mismatch) return missing_server_key(settings);
    if (code == errc::suite_refused) return suite_refused(refusal, settings.suite);
    return make_error(code.value_or(errc::internal), "the server refused the connection: " + shown(refusal.text));
}

error from_err(const wire::control_err& refusal, channel_side by) {
    const auto code = error_from_wire(refusal.code).value_or(errc::internal);
    const auto text = refusal.text.empty() ? std::string(describe(code).sentence) : shown(refusal.text);
    return make_error(code, (by == channel_side::server ? "the server refused: " : "the node gave up: ") + text);
}

error wrong_server_key(byte_view shown_key, const control_client_settings& settings) {
    const auto what = "the mediation server shows the key " + crypto::fingerprint(shown_key);
    if (settings.server.key) {
        return make_error(errc::server_key_changed,
                          what + ", but " + named_key(settings) +
                              " is pinned here: another machine may answer in its place. "
                              "If you know why, pin the new key with 'vpn up --server HOST#SHA256:…'");
    }
    return make_error(errc::server_key_mismatch,
                      what + ", but " + named_key(settings) +
                          " was named; compare both with the line that 'vpn server init' printed");
}

error not_now(const wire::control_message& message) {
    return make_error(errc::out_of_order, std::string(message_names[message.index()]) +
                                              " came on the control channel where it is not allowed");
}

error not_understood(wire::parse_errc why) {
    switch (why) {
        case wire::parse_errc::unsupported_version:
            return make_error(errc::malformed,
                              "this side speaks version 1 of the protocol; use the same version on both");
        case wire::parse_errc::unsupported_suite:
            return make_error(errc::suite_refused);
        case wire::parse_errc::unknown_tag:
            return make_error(errc::malformed, "a message of an unknown kind came on the control channel");
        case wire::parse_errc::malformed:
            break;
    }
    return make_error(errc::malformed, "a message on the control channel does not have the right form");
}

}  // namespace buri::core
