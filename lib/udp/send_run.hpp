#pragma once
// What one sendmsg(2) with one UDP_SEGMENT carries: datagrams to one address from one address, of one size but the last, which may be
// shorter.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace buri::udp {

class send_run {
public:
    /// Kernels refuse 65 and more; older ones count the headers as well, by their bytes.
    static constexpr std::size_t max_datagrams = 63;
    static constexpr std::size_t max_small_datagrams = 32;
    static constexpr std::size_t small = 64;
    /// An IP packet is at most so large before it is cut: 65,535 less the headers of IPv4 and UDP; less that of UDP.
    static constexpr std::size_t max_v4_bytes = 65'507;
    static constexpr std::size_t max_v6_bytes = 65'527;

    /// A new run, for datagrams of `segment` bytes; a single one unless `may_grow`.
    void start(const endpoint& to, const std::optional<ip_address>& from, std::size_t segment, bool may_grow);
    /// True if data of this many bytes in datagrams of `segment` can go on where this run ends.
    [[nodiscard]] bool takes(const std::optional<ip_address>& from, std::size_t size, std::size_t segment) const;
    /// Adds as much from the front of the data as there is room for: at least one datagram. In bytes.
    std::size_t append(byte_view data);
    /// The kernel chooses where it leaves from.
    void drop_source() { from_.reset(); }

    [[nodiscard]] const endpoint& to() const { return to_; }
    [[nodiscard]] const std::optional<ip_address>& from() const { return from_; }
    [[nodiscard]] std::size_t segment() const { return segment_; }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::span<iovec> pieces() { return std::span(pieces_).first(piece_count_); }

    /// Each datagram alone; returns how many there are.
    std::size_t split(std::span<iovec, max_datagrams> into) const;

private:
    /// In datagrams.
    [[nodiscard]] std::size_t room() const;

    endpoint to_;
    std::optional<ip_address> from_;
    std::size_t segment_ = 0;
    std::size_t most_ = 1;
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
    std::size_t piece_count_ = 0;
    std::array<iovec, max_datagrams> pieces_;  ///< each of whole datagrams
};

}  // namespace buri::udp
