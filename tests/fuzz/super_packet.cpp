// Ten bytes of virtio header, the rest is a packet from the interface; its length is made to fit. What is accepted is cut up, put
// together again, and cut up once more.
#include "buri/dataplane/checksum.hpp"
#include "buri/dataplane/coalescer.hpp"
#include "buri/dataplane/ip_packet.hpp"
#include "buri/dataplane/segmentation.hpp"
#include "tests/fuzz/packet_length.hpp"
#include "tests/fuzz/require.hpp"

#include <cstring>
#include <vector>

using namespace buri;
using namespace buri::dataplane;
using buri::fuzz::require;

namespace {

/// Whole packets, exactly as long as they are, so that a sanitizer sees the end of each.
std::vector<bytes> segments_of(const virtio_header& header, bytes packet) {
    std::vector<bytes> out;
    const auto shape = read_shape(header, packet);
    if (!shape) return out;
    segmenter segments(packet, *shape);
    for (auto one = segments.next(); !one.empty(); one = segments.next()) {
        require(one.data() >= packet.data() && one.data() + one.size() <= packet.data() + packet.size(),
                "a segment is inside");
        require(read_ip_addresses(one).has_value(), "a segment is a whole packet");
        require(one.size() <= shape->largest, "no segment is larger than was said");
        out.emplace_back(one.begin(), one.end());
    }
    require(!out.empty(), "what is accepted becomes something");
    return out;
}

std::vector<bytes> again(std::vector<bytes> packets) {
    coalescer into({true, true});
    for (auto& one : packets) {
        if (into.is_full()) break;
        into.add(one);
    }
    std::vector<bytes> out;
    into.flush([&](const virtio_header& header, std::span<const iovec> parts) {
        bytes whole;
        for (const auto& part : parts)
            append(whole, byte_view(static_cast<const std::uint8_t*>(part.iov_base), part.iov_len));
        for (auto& one : segments_of(header, std::move(whole)))
            out.push_back(std::move(one));
    });
    return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    virtio_header header;
    if (size < sizeof header) return 0;
    std::memcpy(&header, data, sizeof header);
    bytes packet(data + sizeof header, data + size);
    fuzz::set_length(packet);
    packet.shrink_to_fit();
    const auto cut = segments_of(header, packet);
    const auto once_more = again(cut);
    require(once_more.size() == std::min(cut.size(), coalescer::capacity), "nothing is lost and nothing comes twice");
    for (std::size_t i = 0; i < once_more.size(); ++i)
        require(once_more[i].size() == cut[i].size(), "what is put together is cut as it was");
    return 0;
}
