#include "buri/core/port_mapping/report.hpp"

namespace buri::core {

std::string_view name_of(mapping_protocol protocol) {
    return protocol == mapping_protocol::udp ? "udp" : "tcp";
}

std::string_view name_of(mapping_method method) {
    switch (method) {
        case mapping_method::pcp:
            return "PCP";
        case mapping_method::nat_pmp:
            return "NAT-PMP";
        case mapping_method::upnp:
            break;
    }
    return "UPnP";
}

std::string to_string(const method_report& report) {
    switch (report.state) {
        case method_state::not_asked:
            return "not asked";
        case method_state::asking:
            return "asking";
        case method_state::no_answer:
            return "no answer";
        case method_state::refused:
            return "refused: " + report.reason;
        case method_state::mapped:
            break;
    }
    return "mapped " + to_string(report.external);
}

}  // namespace buri::core
