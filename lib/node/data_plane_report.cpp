#include "buri/node/data_plane_report.hpp"

#include "buri/crypto/aead_backend.hpp"

namespace buri::node {
namespace {

using wire::json;

json flow_json(const dataplane::plane_state::flow& carried) {
    return {{"calls", carried.calls}, {"packets", carried.packets}};
}

}  // namespace

json data_plane_json(const dataplane::plane_state& state) {
    return {
        {"threads", state.threads},
        {"aes", crypto::backend_of(suite_id::aes).name},
        {"chacha", crypto::backend_of(suite_id::chacha).name},
        {"tun_headers", state.tun.headers},
        {"tun_checksums", state.tun.checksums},
        {"tun_tcp", state.tun.tcp},
        {"tun_udp", state.tun.udp},
        {"udp_segmentation", state.segments},
        {"udp_coalescing", state.coalesces},
        {"receive_buffer", state.receive_buffer},
        {"read", flow_json(state.read)},
        {"sent", flow_json(state.sent)},
        {"received", flow_json(state.received)},
        {"written", flow_json(state.written)},
        {"fallbacks", state.fallbacks},
        {"waits", state.waits},
        {"refused", state.refused},
        {"truncated", state.truncated},
        {"malformed", state.malformed},
    };
}

}  // namespace buri::node
