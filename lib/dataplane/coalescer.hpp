#pragma once
// The opposite of segmentation: packets of one flow that follow each other become one super-packet, so that the kernel handles them
// once. Only what the kernel's own segmentation could have made is put together, and nothing overtakes anything of its flow.
#include "buri/base/bytes.hpp"
#include "buri/dataplane/virtio_header.hpp"

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace buri::dataplane {

/// The flow that a packet belongs to and what it would have to share with the packets before it.
struct flow_packet {
    byte_span packet;  ///< whole
    bool v4 = true;
    bool is_tcp = false;           ///< else UDP
    std::size_t transport_at = 0;  ///< offset of the transport header
    std::size_t header_size = 0;   ///< all headers
    [[nodiscard]] std::size_t payload_size() const { return packet.size() - header_size; }
};

class coalescer {
public:
    /// Packets that it holds before it has to be flushed.
    static constexpr std::size_t capacity = 1024;

    struct options {
        bool tcp = false;  ///< the reader takes super-packets of TCP
        bool udp = false;  ///< and of UDP
    };
    explicit coalescer(const options& takes);

    [[nodiscard]] bool is_full() const { return parts_.size() == capacity; }
    [[nodiscard]] bool is_empty() const { return parts_.empty(); }

    /// `packet` is whole (read_ip_addresses()) and stays where it is until the flush, which may change its headers.
    void add(byte_span packet);

    /// Calls write(const virtio_header&, std::span<const iovec>) for each packet in the order in which their first parts came, and
    /// is empty then.
    template <typename Write>
    void flush(Write&& write) {
        for (auto& one : items_) {
            const auto header = finish(one);
            write(header, gather(one));
        }
        clear();
    }

private:
    static constexpr std::size_t max_open = 16;
    static constexpr std::size_t max_size = 65535;
    static constexpr std::uint16_t max_segments = 128;
    /// More datagrams in one super-packet no kernel takes (UDP_MAX_SEGMENTS of Linux 6.2).
    static constexpr std::uint16_t max_udp_segments = 64;
    static constexpr std::uint16_t none = 0xffff;

    struct part {
        byte_span data;
        std::uint16_t next = none;
    };
    /// One packet or several that were put together.
    struct item {
        flow_packet first;
        std::uint16_t first_part = none;
        std::uint16_t last_part = none;
        std::uint16_t count = 0;
        bool is_sound = false;   ///< the first one's checksum was looked at, and is right
        bool id_counts = false;  ///< from one packet to the next
        std::uint32_t next_sequence = 0;
        std::size_t segment_size = 0;
        std::size_t size = 0;  ///< bytes of the whole
    };
    enum class fit : std::uint8_t { appended, other_flow, closes };

    fit try_append(item& to, const flow_packet& given);
    static bool follows_in_id(item& to, const flow_packet& given);
    void append(item& to, const flow_packet& given);
    void open(const flow_packet& given);
    void add_alone(byte_span packet);
    void close(std::size_t at);
    [[nodiscard]] static bool may_be_followed(const flow_packet& given);
    virtio_header finish(item& one);
    std::span<const iovec> gather(const item& one);
    void clear();

    options takes_;
    std::vector<part> parts_;
    std::vector<item> items_;
    std::array<std::uint16_t, max_open> open_{};  ///< the first `open_count_`; what is not among them gets no more
    std::size_t open_count_ = 0;
    std::vector<iovec> gathered_;
};

}  // namespace buri::dataplane
