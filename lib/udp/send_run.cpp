#include "buri/udp/send_run.hpp"

#include <algorithm>

namespace buri::udp {

void send_run::start(const endpoint& to, const std::optional<ip_address>& from, std::size_t segment, bool may_grow) {
    to_ = to;
    from_ = from;
    segment_ = segment;
    most_ = 1;
    if (may_grow) most_ = segment < small ? max_small_datagrams : max_datagrams;
    count_ = 0;
    bytes_ = 0;
    piece_count_ = 0;
}

std::size_t send_run::room() const {
    const auto most_bytes = to_.address.is_v4() ? max_v4_bytes : max_v6_bytes;
    const bool is_closed = segment_ == 0 || bytes_ != count_ * segment_ || count_ >= most_ || bytes_ >= most_bytes;
    return is_closed ? 0 : std::min(most_ - count_, (most_bytes - bytes_) / segment_);
}

bool send_run::takes(const std::optional<ip_address>& from, std::size_t size, std::size_t segment) const {
    const bool is_last = size == segment && segment < segment_ && size > 0;
    return (segment == segment_ || is_last) && room() > 0 && from == from_;
}

std::size_t send_run::append(byte_view data) {
    // What is larger than any datagram is for the kernel to refuse.
    const auto taken = std::min(std::max<std::size_t>(room(), 1) * segment_, data.size());
    // The kernel only reads it.
    auto* const begin = const_cast<std::uint8_t*>(data.data());  // NOLINT(*-const-cast)
    auto* const last = piece_count_ > 0 ? &pieces_[piece_count_ - 1] : nullptr;
    if (last != nullptr && static_cast<std::uint8_t*>(last->iov_base) + last->iov_len == begin) {
        last->iov_len += taken;
    } else {
        pieces_[piece_count_++] = {begin, taken};
    }
    count_ += segment_ == 0 ? 1 : (taken + segment_ - 1) / segment_;
    bytes_ += taken;
    return taken;
}

std::size_t send_run::split(std::span<iovec, max_datagrams> into) const {
    std::size_t next = 0;
    for (const auto& piece : std::span(pieces_).first(piece_count_)) {
        auto* const begin = static_cast<std::uint8_t*>(piece.iov_base);
        std::size_t done = 0;
        do {
            const auto size = std::min(segment_, piece.iov_len - done);
            into[next++] = {begin + done, size};
            done += size;
        } while (done < piece.iov_len);
    }
    return next;
}

}  // namespace buri::udp
