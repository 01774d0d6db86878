// Cutting super-packets up, putting packets together, checksums.
#include "buri/dataplane/checksum.hpp"
#include "buri/dataplane/coalescer.hpp"
#include "buri/dataplane/segmentation.hpp"
#include "tests/bench/micro_rows/rows.hpp"

#include <cstring>

namespace buri::bench {
namespace {

using namespace dataplane;

constexpr std::size_t segments = 45;
constexpr std::size_t payload = 1328;
constexpr std::size_t headers = 20 + 32;

/// TCP over IPv4 with a timestamp, 45 segments.
bytes super_packet() {
    bytes out(headers + segments * payload, 0x5a);
    const bytes ip{0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, 6, 0, 0, 100, 64, 0, 1, 100, 64, 0, 2};
    const bytes tcp{0x10, 0, 0, 80, 0, 0, 0, 1,  0, 0, 0, 1, 0x80, 0x10, 0x10, 0,
                    0,    0, 0, 0,  1, 1, 8, 10, 0, 0, 0, 1, 0,    0,    0,    1};
    std::ranges::copy(ip, out.begin());
    std::ranges::copy(tcp, out.begin() + 20);
    put_u16(byte_span(out).subspan(2), out.size());
    return out;
}

virtio_header header_of_super() {
    virtio_header out;
    out.flags = virtio_header::needs_checksum;
    out.gso_type = virtio_header::gso_tcp_v4;
    out.segment_size = payload;
    out.checksum_start = 20;
    out.checksum_offset = 16;
    return out;
}

const section packets("packets", [](table& out) {
    const auto whole = super_packet();
    const auto shape = read_shape(header_of_super(), whole).value();

    bytes given = whole;
    std::optional<segmenter> cut;
    const auto prepare_cut = [&] {
        given = whole;
        cut.emplace(given, shape);
    };
    out.add({"segment of a super-packet", "", headers + payload},
            measure(segments, prepare_cut, [&](std::size_t) { (void)cut->next(); }));

    std::vector<bytes> each;
    prepare_cut();
    for (auto one = cut->next(); !one.empty(); one = cut->next())
        each.emplace_back(one.begin(), one.end());
    auto arrived = each;
    coalescer together({true, true});
    const auto prepare_together = [&] {
        together.flush([](const virtio_header&, std::span<const iovec>) {});
        arrived = each;
    };
    const auto add = [&](std::size_t at) { together.add(arrived[at]); };
    out.add({"packet into a super-packet", "", headers + payload}, measure(segments, prepare_together, add));

    volatile std::uint16_t sum = 0;
    for (const std::size_t size : {40U, 1400U})
        out.add({"checksum", "", size},
                measure(segments, [&](std::size_t at) { sum = sum_words(byte_view(whole).subspan(at * 1000, size)); }));
});

}  // namespace
}  // namespace buri::bench
