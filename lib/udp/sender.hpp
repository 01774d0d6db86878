#pragma once
// Datagrams in batches: runs of UDP_SEGMENT (Linux 4.18), many to one sendmmsg(2). What the kernel refuses as a run leaves one by one.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/udp/counter.hpp"
#include "buri/udp/datagram_socket.hpp"
#include "buri/udp/system_calls.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

namespace buri::udp {

struct send_counters {
    counter calls;          ///< of sendmmsg
    counter runs;           ///< taken by the kernel, also of one datagram
    counter datagrams;      ///< in them
    counter segmented;      ///< of these in runs of two and more
    counter fallbacks;      ///< runs that were refused as such and sent one by one
    counter waits;          ///< for room in the socket's buffer
    counter sourceless;     ///< runs whose source was no own address: the kernel chose another
    counter too_large;      ///< datagrams that were, even alone
    counter refused;        ///< datagrams that were not taken for another reason
    counter refused_bytes;  ///< in those of the last two
};

/// One thread's. Allocates nothing after it was made.
class sender {
public:
    static constexpr std::size_t max_runs = 64;
    /// A full buffer is waited for so often in one flush, each time at most so long.
    static constexpr int max_waits = 5;
    static constexpr auto one_wait = std::chrono::milliseconds(1);

    /// `calls` outlives this.
    explicit sender(system_calls& calls = system_calls::real());
    sender(sender&&) noexcept;
    sender& operator=(sender&&) noexcept;
    ~sender();

    /// `data`: datagrams of `segment` bytes each, the last may be shorter; it and the socket outlive the flush. Datagrams to one
    /// address never overtake each other. Flushes by itself when full, or when another socket is to send.
    void add(datagram_socket& by, const endpoint& to, const std::optional<ip_address>& from, byte_view data,
             std::size_t segment);
    void flush();

    [[nodiscard]] const send_counters& counters() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::udp
