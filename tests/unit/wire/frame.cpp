#include "buri/wire/frame.hpp"

#include "tests/support/seeded_random.hpp"
#include "tests/unit/wire/rows.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using buri::test::exact_copy;
using buri::test::from_row;
using wire::frame_reader;

namespace {

struct seen_frame {
    std::uint32_t id = 0;
    bytes payload;
    bool operator==(const seen_frame&) const = default;
};

void drain(frame_reader& reader, std::vector<seen_frame>& into) {
    while (auto next = reader.next()) {
        const auto payload = next->payload();
        into.push_back({next->id, bytes(payload.begin(), payload.end())});
    }
}

std::vector<seen_frame> read_in_chunks(byte_view stream, std::size_t chunk) {
    frame_reader reader;
    std::vector<seen_frame> out;
    for (std::size_t at = 0; at < stream.size(); at += chunk) {
        const exact_copy part(stream.subspan(at, std::min(chunk, stream.size() - at)));
        reader.feed(part.view());
        drain(reader, out);
    }
    CHECK_FALSE(reader.is_broken());
    return out;
}

bool breaks(byte_view stream, std::size_t limit = wire::max_handshake_frame) {
    frame_reader reader;
    reader.set_limit(limit);
    reader.feed(stream);
    return !reader.next() && reader.is_broken();
}

}  // namespace

TEST_CASE("a frame is its size, its id and its payload") {
    CHECK(to_hex(wire::make_frame(7, from_row("aabb"))) == "0000000600000007aabb");
    CHECK(to_hex(wire::make_frame(0xfffffffe, byte_view{})) == "00000004fffffffe");
    CHECK(to_hex(wire::make_frame(1, std::size_t{3})) == "0000000700000001000000");
}

TEST_CASE("frames come out the same however the stream is cut") {
    const std::vector<seen_frame> frames{{0, from_row("01")}, {1, {}}, {2, bytes(100, 0xcc)}, {3, from_row("0203")}};
    bytes stream;
    for (const auto& [id, payload] : frames)
        append(stream, wire::make_frame(id, payload));
    for (std::size_t chunk = 1; chunk <= stream.size(); ++chunk) {
        CAPTURE(chunk);
        CHECK(read_in_chunks(stream, chunk) == frames);
    }
}

TEST_CASE("frames come out the same with chunks of random sizes") {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        CAPTURE(seed);
        test::seeded_random random(seed);
        std::vector<seen_frame> frames;
        bytes stream;
        for (std::uint32_t id = 0; id < 40; ++id) {
            frames.push_back({id, bytes(random.below(300), static_cast<std::uint8_t>(id))});
            append(stream, wire::make_frame(id, frames.back().payload));
        }
        frame_reader reader;
        std::vector<seen_frame> out;
        for (byte_view rest = stream; !rest.empty();) {
            const auto size = std::min<std::size_t>(random.below(700), rest.size());
            reader.feed(rest.first(size));
            if (random.below(3) > 0) drain(reader, out);
            rest = rest.subspan(size);
        }
        drain(reader, out);
        CHECK(out == frames);
    }
}

TEST_CASE("a header gives the size and the id that its frame was sent with") {
    frame_reader reader;
    reader.feed(from_row("00000006 0000000a aabb"));
    auto next = reader.next();
    REQUIRE(next);
    CHECK(to_hex(next->header()) == "000000060000000a");
    CHECK(next->raw.size() == 10);
}

TEST_CASE("a size without room for an id breaks the stream") {
    CHECK(breaks(from_row("00000003 000000")));
    CHECK(breaks(from_row("00000000")));
    CHECK_FALSE(breaks(from_row("00000004")));
}

TEST_CASE("a size past the limit breaks the stream before its bytes come") {
    CHECK_FALSE(breaks(from_row("00001000")));
    CHECK(breaks(from_row("00001001")));
    CHECK_FALSE(breaks(from_row("00100000"), wire::max_frame));
    CHECK(breaks(from_row("00100001"), wire::max_frame));
    CHECK(breaks(from_row("ffffffff"), wire::max_frame));
}

TEST_CASE("a broken stream stays broken") {
    frame_reader reader;
    reader.feed(from_row("00000000"));
    CHECK_FALSE(reader.next());
    reader.feed(from_row("00000004 00000001"));
    reader.set_limit(wire::max_frame);
    CHECK_FALSE(reader.next());
    CHECK(reader.is_broken());
}

TEST_CASE("frames before the broken one are given") {
    frame_reader reader;
    reader.feed(from_row("00000004 00000001 ffffffff"));
    CHECK(reader.next());
    CHECK_FALSE(reader.is_broken());
    CHECK_FALSE(reader.next());
    CHECK(reader.is_broken());
}

TEST_CASE("the limit that holds is the one at the time a frame is taken") {
    const bytes large(5000, 1);
    frame_reader reader;
    reader.feed(wire::make_frame(1, byte_view{}));
    reader.feed(wire::make_frame(2, large));
    CHECK(reader.next());
    reader.set_limit(wire::max_frame);
    CHECK(reader.next());
    CHECK_FALSE(reader.is_broken());
}

TEST_CASE("many small frames in one piece cost their own size only") {
    constexpr std::uint32_t count = 200'000;
    bytes stream;
    for (std::uint32_t id = 0; id < count; ++id)
        append(stream, wire::make_frame(id, byte_view{}));
    frame_reader reader;
    reader.feed(stream);
    std::uint32_t taken = 0;
    // Quadratic reading would move 160 GB here and run into the time limit of the test.
    while (reader.next())
        ++taken;
    CHECK(taken == count);
}
