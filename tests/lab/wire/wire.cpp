// A long cable between two namespaces: two TAP devices, and this process between them, which delays every frame. The kernels of
// build machines have no netem.
//
// usage: wire [--delay MS] [--jitter MS] [--loss PERCENT] [--tcp-delay MS] [--seed N] NETNS:DEVICE NETNS:DEVICE
//
// Delay and jitter are one way, in milliseconds and parts of them; a frame is late by delay plus a uniform share of
// jitter, so jitter reorders, as netem's does. TCP over IPv4 is late by its own delay besides: what one node hears from
// its server later than another. Loss is uniform. The two directions draw from generators of their own, both made from
// the seed. The devices are there when `ready` is printed, and go when the process ends. Lines on standard input, as
// `--loss 5`, change what holds from then on.

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <queue>
#include <random>
#include <sched.h>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t longest_frame = 65'536;
constexpr std::size_t longest_queue = 20'000;

struct options {
    milliseconds delay{0};
    milliseconds jitter{0};
    milliseconds tcp_delay{0};
    double loss = 0;  // 0 to 1
    unsigned long seed = 1;
    std::vector<std::string> ends;

    void set(std::string_view name, double value) {
        if (name == "--delay")
            delay = milliseconds{value};
        else if (name == "--jitter")
            jitter = milliseconds{value};
        else if (name == "--tcp-delay")
            tcp_delay = milliseconds{value};
        else if (name == "--loss")
            loss = value / 100;
        else if (name == "--seed")
            seed = static_cast<unsigned long>(value);
        else
            throw std::invalid_argument("no option " + std::string{name});
    }
};

// Ethernet, IPv4, TCP.
bool is_tcp(std::span<const char> frame) {
    return frame.size() > 23 && frame[12] == 8 && frame[13] == 0 && frame[23] == IPPROTO_TCP;
}

[[noreturn]] void failed(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// A TAP device in a namespace, made by entering it: this process has no use for the one it came from.
int open_tap(std::string_view end) {
    const auto colon = end.find(':');
    if (colon == end.npos || end.size() - colon > IFNAMSIZ) throw std::invalid_argument("an end is NETNS:DEVICE");
    const auto path = "/run/netns/" + std::string{end.substr(0, colon)};
    const int space = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (space < 0) failed(path);
    if (::setns(space, CLONE_NEWNET) != 0) failed("setns " + path);
    ::close(space);

    const int tap = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap < 0) failed("/dev/net/tun");
    ifreq request{};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    end.substr(colon + 1).copy(request.ifr_name, IFNAMSIZ - 1);
    if (::ioctl(tap, TUNSETIFF, &request) != 0) failed("TUNSETIFF " + std::string{end});
    return tap;
}

struct frame {
    clock_type::time_point due;
    unsigned long number;  // frames due at one moment keep their order
    std::vector<char> bytes;

    bool operator<(const frame& other) const { return due != other.due ? due > other.due : number > other.number; }
};

// One direction: what was read from `from` is written to `to` when it is due.
class direction {
public:
    direction(int from, int to, const options& given, unsigned long seed)
        : from_(from), to_(to), given_(given), random_(seed) {}

    void take_in() {
        for (;;) {
            const auto size = ::read(from_, buffer_.data(), buffer_.size());
            if (size <= 0) return;
            std::uniform_real_distribution<> share(0, 1);
            if (share(random_) < given_.loss || waiting_.size() >= longest_queue) continue;
            const std::span<const char> bytes{buffer_.data(), static_cast<std::size_t>(size)};
            auto late = given_.delay + given_.jitter * share(random_);
            if (is_tcp(bytes)) late += given_.tcp_delay;
            const auto due = clock_type::now() + std::chrono::duration_cast<clock_type::duration>(late);
            waiting_.push({due, number_++, {bytes.begin(), bytes.end()}});
        }
    }

    void give_out(clock_type::time_point now) {
        for (; !waiting_.empty() && waiting_.top().due <= now; waiting_.pop()) {
            const auto& bytes = waiting_.top().bytes;
            // A device that is down refuses: so does a cable that leads to one.
            [[maybe_unused]] const auto written = ::write(to_, bytes.data(), bytes.size());
        }
    }

    clock_type::time_point next() const {
        return waiting_.empty() ? clock_type::time_point::max() : waiting_.top().due;
    }

private:
    int from_;
    int to_;
    const options& given_;
    std::mt19937_64 random_;
    unsigned long number_ = 0;
    std::priority_queue<frame> waiting_;
    std::vector<char> buffer_ = std::vector<char>(longest_frame);
};

// True if there may be more.
bool obey_input(options& given) {
    std::array<char, 4096> text{};
    const auto size = ::read(STDIN_FILENO, text.data(), text.size());
    if (size <= 0) return false;
    std::istringstream words{std::string{text.data(), static_cast<std::size_t>(size)}};
    std::string name;
    for (double value = 0; words >> name >> value;)
        given.set(name, value);
    return true;
}

[[noreturn]] void carry(int left, int right, options& given) {
    direction there{left, right, given, given.seed * 2};
    direction back{right, left, given, given.seed * 2 + 1};
    std::array<pollfd, 3> readable{pollfd{left, POLLIN, 0}, pollfd{right, POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0}};
    for (;;) {
        const auto now = clock_type::now();
        there.give_out(now);
        back.give_out(now);
        const auto next = std::min(there.next(), back.next());
        const auto left_to_wait = std::max<clock_type::duration>(next - clock_type::now(), 0ns);
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left_to_wait);
        const timespec limit{seconds.count(), std::chrono::nanoseconds{left_to_wait - seconds}.count()};
        const bool is_endless = next == clock_type::time_point::max();
        if (::ppoll(readable.data(), readable.size(), is_endless ? nullptr : &limit, nullptr) < 0 && errno != EINTR)
            failed("ppoll");
        there.take_in();
        back.take_in();
        if (readable[2].revents != 0 && !obey_input(given)) readable[2].fd = -1;
    }
}

double number_of(std::string_view name, std::string_view text) {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem == std::errc{} && end == text.data() + text.size()) return value;
    throw std::invalid_argument(std::string{name} + " needs a number, not '" + std::string{text} + "'");
}

options parse(int count, char** arguments) {
    options given;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = arguments[i];
        if (!name.starts_with("--")) {
            given.ends.emplace_back(name);
            continue;
        }
        if (++i == count) throw std::invalid_argument(std::string{name} + " needs a value");
        given.set(name, number_of(name, arguments[i]));
    }
    if (given.ends.size() != 2) throw std::invalid_argument("give two ends, NETNS:DEVICE each");
    return given;
}

}  // namespace

int main(int count, char** arguments) try {
    auto given = parse(count, arguments);
    const int left = open_tap(given.ends[0]);
    const int right = open_tap(given.ends[1]);
    // The delay is to be right also when both cores are busy.
    const sched_param priority{1};
    if (::sched_setscheduler(0, SCHED_FIFO, &priority) != 0) std::perror("wire: no real-time priority");
    ::mlockall(MCL_CURRENT | MCL_FUTURE);
    std::puts("ready");
    std::fflush(stdout);
    carry(left, right, given);
} catch (const std::exception& error) {
    std::fprintf(stderr, "wire: %s\n", error.what());
    return 1;
}
