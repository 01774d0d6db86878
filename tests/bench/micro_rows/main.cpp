// usage: bench_micro [--json] [SECTION…]
#include "tests/bench/micro_rows/rows.hpp"

#include <cstdio>
#include <cstring>
#include <iterator>
#include <map>
#include <set>

namespace buri::bench {
namespace {

/// By name, whatever the order of the linker.
std::map<std::string, std::function<void(table&)>>& sections() {
    static std::map<std::string, std::function<void(table&)>> all;
    return all;
}

double gigabits(const row& one) {
    return static_cast<double>(one.name.bytes) * 8 / one.measured.median;
}

void print_text(const table& out) {
    std::printf("%-10s %-26s %-22s %6s %8s %8s %8s\n", "section", "what", "by", "bytes", "ns", "least", "Gbit/s");
    for (const auto& one : out.rows()) {
        const auto bytes = one.name.bytes == 0 ? std::string("-") : std::to_string(one.name.bytes);
        std::printf("%-10s %-26s %-22s %6s %8.1f %8.1f", one.section.c_str(), one.name.what.c_str(),
                    one.name.by.c_str(), bytes.c_str(), one.measured.median, one.measured.least);
        if (one.name.bytes != 0) std::printf(" %8.2f", gigabits(one));
        std::printf("\n");
    }
}

/// The texts are our own, without anything that JSON would want escaped.
void print_json(const table& out) {
    const char* separator = "[\n";
    for (const auto& one : out.rows()) {
        std::printf(R"(%s  {"section":"%s","what":"%s","by":"%s","bytes":%zu,"ns":%.1f,"ns_least":%.1f})", separator,
                    one.section.c_str(), one.name.what.c_str(), one.name.by.c_str(), one.name.bytes,
                    one.measured.median, one.measured.least);
        separator = ",\n";
    }
    std::printf("\n]\n");
}

int run(std::set<std::string> wanted) {
    const bool is_json = wanted.erase("--json") != 0;
    for (const auto& name : wanted) {
        if (sections().contains(name)) continue;
        std::fprintf(stderr, "bench_micro: no section '%s'; there are:", name.c_str());
        for (const auto& [known, work] : sections())
            std::fprintf(stderr, " %s", known.c_str());
        std::fprintf(stderr, "\n");
        return 2;
    }
    table out;
    for (const auto& [name, work] : sections()) {
        if (!wanted.empty() && !wanted.contains(name)) continue;
        out.begin(name);
        work(out);
    }
    (is_json ? print_json : print_text)(out);
    return 0;
}

}  // namespace

section::section(std::string name, std::function<void(table&)> run) {
    sections().emplace(std::move(name), std::move(run));
}

}  // namespace buri::bench

int main(int count, char** arguments) {
    return buri::bench::run({std::next(arguments), std::next(arguments, count)});
}
