// usage: bench_relay copy PORT TO | relay PORT | pairs PORT COUNT | load buri|turn|direct CARRIER SINK SECONDS SIZE WINDOW
#include "tests/bench/relay_tools/commands.hpp"

#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

std::uint16_t port_of(const std::string& text) {
    return static_cast<std::uint16_t>(std::stoul(text));
}

int run(const std::vector<std::string>& words) {
    using namespace buri::bench;
    const auto is = [&](const char* name, std::size_t count) { return words.size() == count && words[0] == name; };
    if (is("copy", 3)) return run_copy_loop(port_of(words[1]), port_of(words[2]));
    if (is("relay", 2)) return run_buri_relay(port_of(words[1]));
    if (is("pairs", 3)) return run_pairs(port_of(words[1]), static_cast<std::uint32_t>(std::stoul(words[2])));
    if (is("load", 7)) {
        return run_load({.via = words[1],
                         .carrier = port_of(words[2]),
                         .sink = port_of(words[3]),
                         .seconds = std::stod(words[4]),
                         .size = std::stoul(words[5]),
                         .window = std::stoul(words[6])});
    }
    std::cerr << "usage: bench_relay copy PORT TO | relay PORT | pairs PORT COUNT |\n"
                 "                   load buri|turn|direct CARRIER SINK SECONDS SIZE WINDOW\n";
    return 2;
}

}  // namespace

int main(int count, char** words) {
    try {
        return run({words + 1, words + count});
    } catch (const std::exception& problem) {
        std::cerr << "bench_relay: " << problem.what() << '\n';
        return 1;
    }
}
