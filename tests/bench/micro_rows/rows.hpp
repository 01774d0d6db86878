#pragma once
// What one packet costs in each step of the data plane. A file of rows registers itself:
//
//     const section replay("replay", [](table& out) {
//         …
//         out.add({"what", "by what", bytes}, measure(batch, [&] { … }, [&](std::size_t i) { … }));
//     });
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace buri::bench {

/// Nanoseconds for one call.
struct cost {
    double median = 0;
    double least = 0;
};

struct label {
    std::string what;
    std::string by;         ///< an implementation, where there are several
    std::size_t bytes = 0;  ///< of the packet; 0: it does not matter
};

struct row {
    std::string section;
    label name;
    cost measured;
};

class table {
public:
    void begin(std::string section) { section_ = std::move(section); }
    void add(label name, cost measured) { rows_.push_back({section_, std::move(name), measured}); }
    [[nodiscard]] const std::vector<row>& rows() const { return rows_; }

private:
    std::string section_;
    std::vector<row> rows_;
};

/// A global of this type is a part of the table.
struct section {
    section(std::string name, std::function<void(table&)> run);
};

/// The optimiser must take it that everything in memory is read and written here.
inline void keep_alive() {
    asm volatile("" : : : "memory");
}

/// work(0) … work(batch - 1) are timed together, many times; prepare() before each batch is not. A batch should take some
/// microseconds, and fit the cache as it does in the data plane.
template <typename Prepare, typename Work>
cost measure(std::size_t batch, Prepare prepare, Work work) {
    using clock = std::chrono::steady_clock;
    constexpr std::size_t warm_up = 50;
    constexpr std::size_t repetitions = 1001;
    std::vector<double> each;
    each.reserve(repetitions);
    for (std::size_t i = 0; i < warm_up + repetitions; ++i) {
        prepare();
        keep_alive();
        const auto begun = clock::now();
        for (std::size_t at = 0; at < batch; ++at)
            work(at);
        keep_alive();
        const std::chrono::duration<double, std::nano> taken = clock::now() - begun;
        if (i >= warm_up) each.push_back(taken.count() / static_cast<double>(batch));
    }
    std::ranges::sort(each);
    return {each[repetitions / 2], each.front()};
}

template <typename Work>
cost measure(std::size_t batch, Work work) {
    return measure(
        batch, [] {}, work);
}

}  // namespace buri::bench
