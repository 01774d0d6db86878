// What a proxy answers to CONNECT, whole and byte by byte: a verdict after 8 KiB at the latest, in words that a terminal can show.
#include "buri/net/connect_reply.hpp"

#include "tests/fuzz/require.hpp"

#include <algorithm>

using namespace buri;
using buri::fuzz::require;

namespace {

void check(const result<void>& verdict) {
    if (verdict) return;
    const auto& text = verdict.error().text;
    require(verdict.error().code == errc::server_unreachable, "a refusal has one code");
    require(!text.empty() && text.size() < 400, "a refusal is short");
    require(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; }), "a refusal can be printed");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view all(data, size);
    net::connect_reply whole;
    const auto verdict = whole.feed(all);
    require(verdict || size <= net::connect_reply::max_header, "there is a verdict after 8 KiB");
    if (verdict) check(*verdict);

    net::connect_reply pieced;
    std::optional<result<void>> early;
    for (std::size_t i = 0; i < size && !early; ++i)
        early = pieced.feed(all.subspan(i, 1));
    require(early.has_value() == verdict.has_value(), "pieces end where the whole does");
    if (early) check(*early);
    if (verdict && *verdict) require(early && *early, "what the whole allows the pieces do");
    return 0;
}
