#include "buri/udp/send_trouble.hpp"

#include "buri/udp/sender.hpp"
#include "buri/udp/socket_errors.hpp"

namespace buri::udp {
namespace {

constexpr int max_tries_without_memory = 3;

}  // namespace

remedy send_trouble::remedy_for(int code, bool is_run, bool has_source) {
    if (code == EINTR) return remedy::again;
    if (code == EAGAIN) return ++waits_ <= sender::max_waits ? remedy::wait : remedy::stop;
    if (code == ENOBUFS || code == ENOMEM)
        return ++no_memory_ < max_tries_without_memory ? remedy::again : remedy::skip;
    if (is_run && code == EIO) return remedy::no_segmentation;
    if (is_run && (code == EINVAL || code == EMSGSIZE)) return remedy::one_by_one;
    // A second time it is not about an earlier one.
    if (is_from_icmp(code) && ++from_icmp_ == 1) return remedy::again;
    return has_source && is_about_source(code) ? remedy::no_source : remedy::skip;
}

}  // namespace buri::udp
