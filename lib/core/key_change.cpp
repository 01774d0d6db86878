#include "buri/core/key_change.hpp"

#include "buri/crypto/digest.hpp"
#include "buri/wire/writer.hpp"

namespace buri::core {

bytes key_change_message(node_id identity, byte_view present, byte_view next) {
    wire::writer bound;
    bound.u32(identity.value).var(present).var(next);
    wire::writer message;
    message.raw(as_bytes("buri key change")).raw(crypto::sha256(bound.data()));
    return message.take();
}

}  // namespace buri::core
