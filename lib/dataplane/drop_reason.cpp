#include "buri/dataplane/drop_reason.hpp"

namespace buri::dataplane {

std::string_view to_string(drop_reason reason) {
    switch (reason) {
        case drop_reason::none:
            return "none";
        case drop_reason::not_ip:
            return "not_ip";
        case drop_reason::no_route:
            return "no_route";
        case drop_reason::no_session:
            return "no_session";
        case drop_reason::over_mtu:
            return "over_mtu";
        case drop_reason::too_large:
            return "too_large";
        case drop_reason::unknown_spi:
            return "unknown_spi";
        case drop_reason::unknown_epoch:
            return "unknown_epoch";
        case drop_reason::replayed:
            return "replayed";
        case drop_reason::forged:
            return "forged";
        case drop_reason::wrong_source:
            return "wrong_source";
        case drop_reason::wrong_destination:
            return "wrong_destination";
        case drop_reason::unknown_kind:
            return "unknown_kind";
        case drop_reason::no_channel:
            return "no_channel";
        case drop_reason::not_taken:
            return "not_taken";
        case drop_reason::count_:
            break;
    }
    return "unknown";
}

}  // namespace buri::dataplane
