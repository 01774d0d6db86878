#include "cli/qr_code.hpp"

#include "cli/display_width.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

using namespace buri::cli;

namespace {

/// "vpn://h" by the command qrencode 4.1.1, in bytes, level L.
constexpr auto known = std::to_array<std::string_view>({
    "#######..#.##.#######", "#.....#..###..#.....#", "#.###.#.##.##.#.###.#", "#.###.#..#.#..#.###.#",
    "#.###.#...#.#.#.###.#", "#.....#.....#.#.....#", "#######.#.#.#.#######", "........##.##........",
    "###.########.##...#..", "..##.#.#..#...##.#..#", "####..####..#...#.###", "...#.#.##.....##...##",
    "...#..##....#.#....##", "........#.##.#.##.#.#", "#######.#..#.####..##", "#.....#.#..###..##..#",
    "#.###.#.#.##.###.#.##", "#.###.#...#...######.", "#.###.#.#...#...#...#", "#.....#.###...#.##.#.",
    "#######.###.#.##...##",
});

bool has_finder(const qr_code& code, std::size_t top, std::size_t left) {
    for (std::size_t row = 0; row < 7; ++row) {
        for (std::size_t column = 0; column < 7; ++column) {
            const auto from_edge = std::min({row, column, 6 - row, 6 - column});
            if (code.is_dark(top + row, left + column) != (from_edge != 1)) return false;
        }
    }
    return true;
}

/// Modules as a camera sees them: true is dark.
std::vector<std::vector<bool>> seen(const std::string& printed) {
    std::vector<std::vector<bool>> out;
    std::istringstream lines(printed);
    for (std::string line; std::getline(lines, line);) {
        std::vector<bool> upper;
        std::vector<bool> lower;
        for (std::size_t at = 0; at < line.size(); at += line[at] == ' ' ? 1 : 3) {
            const auto block = line[at] == ' ' ? " " : line.substr(at, 3);
            upper.push_back(block != "\u2580" && block != "\u2588");
            lower.push_back(block != "\u2584" && block != "\u2588");
        }
        out.push_back(upper);
        out.push_back(lower);
    }
    return out;
}

}  // namespace

TEST_CASE("a known text becomes the modules that others make of it", "[qr_code]") {
    const auto code = qr_code::encode("vpn://h");
    REQUIRE(code);
    REQUIRE(code->size() == known.size());
    for (std::size_t row = 0; row < known.size(); ++row) {
        for (std::size_t column = 0; column < known.size(); ++column) {
            INFO(row << ' ' << column);
            CHECK(code->is_dark(row, column) == (known[row][column] == '#'));
        }
    }
}

TEST_CASE("the code of an invite has the size of a version, three finders and timing patterns", "[qr_code]") {
    const auto code = qr_code::encode(
        "vpn://vpn.example.org:12975/team?k=SHA256:47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU&t="
        "AAECAwQFBgcICQoLDA37_w");
    REQUIRE(code);
    const auto size = code->size();
    CHECK(size % 4 == 1);
    CHECK(size <= 49);
    CHECK(has_finder(*code, 0, 0));
    CHECK(has_finder(*code, 0, size - 7));
    CHECK(has_finder(*code, size - 7, 0));
    CHECK_FALSE(has_finder(*code, size - 7, size - 7));
    for (std::size_t i = 8; i < size - 8; ++i) {
        CHECK(code->is_dark(6, i) == (i % 2 == 0));
        CHECK(code->is_dark(i, 6) == (i % 2 == 0));
    }
    CHECK(code->is_dark(size - 8, 8));
}

TEST_CASE("what is printed has every module and a quiet zone of four", "[qr_code]") {
    const auto code = qr_code::encode("vpn://h");
    REQUIRE(code);
    const auto modules = seen(code->print(palette(false)));
    constexpr std::size_t side = 21 + 8;
    REQUIRE(modules.size() == side + 1);
    for (std::size_t row = 0; row < side; ++row) {
        REQUIRE(modules[row].size() == side);
        for (std::size_t column = 0; column < side; ++column) {
            const bool is_inside = row >= 4 && column >= 4 && row < 25 && column < 25;
            INFO(row << ' ' << column);
            CHECK(modules[row][column] == (is_inside && known[row - 4][column - 4] == '#'));
        }
    }
    CHECK(code->print(palette(true)).starts_with("\x1b[97;40m"));
}

TEST_CASE("a text that is too long has no code", "[qr_code]") {
    CHECK_FALSE(qr_code::encode(std::string(3000, 'x')));
    CHECK_FALSE(qr_code::encode(""));
}
