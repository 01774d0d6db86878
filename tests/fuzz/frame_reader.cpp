// The input's first eight bytes choose how the rest is cut into pieces: the frames must be those of the stream in one piece.
#include "buri/wire/frame.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <array>

using namespace buri;
using buri::fuzz::require;
using buri::fuzz::take_byte;

namespace {

void drain(wire::frame_reader& reader, bytes& out) {
    while (auto next = reader.next()) {
        require(next->raw.size() >= wire::frame_header_size, "a frame has a header");
        require(next->raw.size() <= 4 + wire::max_handshake_frame, "a frame keeps to the limit");
        require(wire::make_frame(next->id, next->payload()) == next->raw, "a frame is written as it was read");
        append(out, next->raw);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_view stream(data, size);
    std::array<std::size_t, 8> chunks{};
    for (auto& chunk : chunks)
        chunk = std::size_t{1} + take_byte(stream);

    bytes whole;
    wire::frame_reader in_one_piece;
    in_one_piece.feed(stream);
    drain(in_one_piece, whole);

    bytes pieced;
    wire::frame_reader in_pieces;
    auto rest = stream;
    for (std::size_t i = 0; !rest.empty(); ++i) {
        const auto count = std::min(chunks[i % chunks.size()], rest.size());
        in_pieces.feed(rest.first(count));
        drain(in_pieces, pieced);
        rest = rest.subspan(count);
    }

    require(pieced == whole, "pieces give the frames of the whole");
    require(in_pieces.is_broken() == in_one_piece.is_broken(), "pieces break where the whole does");
    require(std::ranges::equal(stream.first(whole.size()), whole), "frames are the stream's own bytes");
    return 0;
}
