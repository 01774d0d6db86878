#pragma once
// What is known of a socket's UDP_SEGMENT: whether there is such a thing, and from which size on it was refused.
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace buri::udp {

class segmentation {
public:
    explicit segmentation(bool works) : works_(works) {}

    [[nodiscard]] bool works() const { return works_; }
    /// Whether runs of datagrams of this size may be tried.
    [[nodiscard]] bool works_for(bool is_v4, std::size_t size) const { return works_ && size < refused_from_[is_v4]; }

    /// A run of this size was refused, while its datagrams alone were not: they are larger than the link carries in one
    /// piece.
    void refused(bool is_v4, std::size_t size) { refused_from_[is_v4] = std::min(refused_from_[is_v4], size); }
    /// Other links, other sizes.
    void forget_limits() { refused_from_ = {none, none}; }
    /// The device below does no checksums, say.
    void end() { works_ = false; }

private:
    static constexpr auto none = std::numeric_limits<std::size_t>::max();

    bool works_;
    std::array<std::size_t, 2> refused_from_{none, none};  ///< of IPv6, of IPv4
};

}  // namespace buri::udp
