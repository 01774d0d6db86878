#pragma once
// What to do about a message that the kernel did not take.
#include <cstdint>

namespace buri::udp {

enum class remedy : std::uint8_t {
    again,            ///< the error was about an earlier one, or may pass
    wait,             ///< for room in the socket's buffer
    no_source,        ///< again, without the source
    no_segmentation,  ///< again, but runs never any more
    one_by_one,       ///< the datagrams of the run
    skip,             ///< nothing
    stop,             ///< nothing, nor about those behind it
};

/// What stands in the way of the message that is next, and how long the flush has waited.
class send_trouble {
public:
    /// `code`: errno. `is_run`: of several datagrams.
    remedy remedy_for(int code, bool is_run, bool has_source);
    void on_progress() {
        no_memory_ = 0;
        from_icmp_ = 0;
    }

private:
    int no_memory_ = 0;
    int from_icmp_ = 0;
    int waits_ = 0;
};

}  // namespace buri::udp
