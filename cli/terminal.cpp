#include "cli/terminal.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <termios.h>

namespace buri::cli {
namespace {

constexpr std::size_t longest_line = 4096;

class terminal {
public:
    terminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {}
    terminal(const terminal&) = delete;
    terminal& operator=(const terminal&) = delete;
    ~terminal() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    [[nodiscard]] int descriptor() const { return descriptor_; }

    void say(const std::string& text) const {
        [[maybe_unused]] const auto written = ::write(descriptor_, text.data(), text.size());
    }

    [[nodiscard]] std::optional<std::string> read_line() const {
        std::string line;
        char c = 0;
        while (true) {
            const auto count = ::read(descriptor_, &c, 1);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return std::nullopt;
            if (c == '\n') return line;
            if (line.size() < longest_line) line += c;
        }
    }

private:
    int descriptor_;
};

/// Ctrl-C and its like are held back meanwhile, so that they find the echo on again.
class without_echo {
public:
    explicit without_echo(int descriptor) : descriptor_(descriptor) {
        sigset_t held;
        sigemptyset(&held);
        for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGTSTP, SIGHUP})
            sigaddset(&held, number);
        ::sigprocmask(SIG_BLOCK, &held, &signals_);
        if (::tcgetattr(descriptor_, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        // ISIG off: Ctrl-C arrives as a character and is taken as giving up.
        silent.c_lflag &= ~static_cast<tcflag_t>(ISIG);
        is_set_ = ::tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
    }
    without_echo(const without_echo&) = delete;
    without_echo& operator=(const without_echo&) = delete;
    ~without_echo() {
        if (is_set_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
        ::sigprocmask(SIG_SETMASK, &signals_, nullptr);
    }

private:
    int descriptor_;
    termios before_{};
    sigset_t signals_{};
    bool is_set_ = false;
};

}  // namespace

std::optional<std::string> ask_line(const std::string& prompt) {
    const terminal here;
    if (here.descriptor() < 0) return std::nullopt;
    here.say(prompt);
    return here.read_line();
}

std::optional<std::string> ask_secret(const std::string& prompt) {
    constexpr char control_c = 3;
    const terminal here;
    if (here.descriptor() < 0) return std::nullopt;
    here.say(prompt);
    std::optional<std::string> line;
    {
        const without_echo silence(here.descriptor());
        line = here.read_line();
    }
    here.say("\n");
    if (line && line->find(control_c) != std::string::npos) return std::nullopt;
    return line;
}

}  // namespace buri::cli
