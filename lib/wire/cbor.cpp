#include "buri/wire/cbor.hpp"

#include "buri/wire/json.hpp"
#include "buri/wire/reader.hpp"
#include "buri/wire/utf8.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <vector>

namespace buri::wire {
namespace {

enum class major : std::uint8_t { positive, negative, byte_string, text, array, map, tag, simple };

struct item_head {
    major type = major::simple;
    std::uint64_t argument = 0;
};

/// RFC 8949 section 3. Fails on reserved values and on indefinite lengths.
item_head read_head(reader& in) {
    const auto first = in.u8();
    const auto low = static_cast<std::uint8_t>(first & 0x1fU);
    item_head out{static_cast<major>(first >> 5U), low};
    switch (low) {
        case 24:
            out.argument = in.u8();
            break;
        case 25:
            out.argument = in.u16();
            break;
        case 26:
            out.argument = in.u32();
            break;
        case 27:
            out.argument = in.u64();
            break;
        default:
            if (low > 27) in.fail();
    }
    // Of the simple values only false, true and null, in their short form: no message has a floating-point number.
    if (out.type == major::simple && (low < 20 || low > 22)) in.fail();
    return out;
}

/// Walks the input once, without recursion and without memory that the input's lengths decide, and tells if it is a
/// single map that the decoder, which recurses, can be trusted with.
class scanner {
public:
    explicit scanner(byte_view input) : in_(input) {}

    bool accepts() {
        const auto top = read_head(in_);
        if (top.type != major::map) return false;
        open(top);
        while (in_.ok() && depth_ > 0)
            step();
        return in_.finish();
    }

private:
    struct level {
        std::uint64_t left = 0;  ///< items: twice the pairs in a map
        bool is_map = false;
        std::size_t first_key = 0;  ///< in keys_
    };

    void step() {
        auto& here = levels_[depth_ - 1];
        if (here.left == 0) return close(here);
        const bool is_key = here.is_map && here.left % 2 == 0;
        --here.left;
        if (++items_ > max_cbor_items) return in_.fail();
        read_item(is_key);
    }

    void read_item(bool is_key) {
        const auto head = read_head(in_);
        if (is_key && head.type != major::text) return in_.fail();
        switch (head.type) {
            case major::positive:
            case major::simple:
                break;
            case major::negative:
                // The decoder has no room below -2^63.
                if (head.argument > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) in_.fail();
                break;
            case major::byte_string:
                take(head.argument);
                break;
            case major::text:
                read_text(head.argument, is_key);
                break;
            case major::array:
            case major::map:
                open(head);
                break;
            case major::tag:
                in_.fail();
                break;
        }
    }

    byte_view take(std::uint64_t count) {
        if (count > in_.remaining()) in_.fail();
        return in_.take(static_cast<std::size_t>(count));
    }

    void read_text(std::uint64_t count, bool is_key) {
        const auto raw = take(count);
        const std::string_view text(reinterpret_cast<const char*>(raw.data()), raw.size());
        if (!is_utf8(text)) in_.fail();
        if (is_key) keys_.push_back(text);
    }

    void open(const item_head& head) {
        const bool is_map = head.type == major::map;
        // An item takes a byte at least, so a count past what is left is a lie; this also keeps the doubling from
        // wrapping.
        if (depth_ == levels_.size() || head.argument > in_.remaining()) return in_.fail();
        levels_[depth_++] = {is_map ? 2 * head.argument : head.argument, is_map, keys_.size()};
    }

    void close(const level& done) {
        const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(done.first_key);
        std::sort(first, keys_.end());
        if (std::adjacent_find(first, keys_.end()) != keys_.end()) in_.fail();
        keys_.resize(done.first_key);
        --depth_;
    }

    reader in_;
    std::array<level, max_cbor_depth> levels_{};
    std::size_t depth_ = 0;
    std::size_t items_ = 0;
    std::vector<std::string_view> keys_;  ///< of all maps that are open
};

}  // namespace

std::optional<json> parse_cbor_map(byte_view input) {
    if (!scanner(input).accepts()) return std::nullopt;
    auto decoded = json::from_cbor(input.begin(), input.end(), true, false);
    if (!decoded.is_object()) return std::nullopt;
    return decoded;
}

bytes encode_cbor(const json& value) {
    return json::to_cbor(value);
}

}  // namespace buri::wire
