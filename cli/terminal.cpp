#include "cli/terminal.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <termios.h>

namespace buri::cli {
namespace {

constexpr std::size_t longest_line = 4096;
constexpr char control_c = 3;
constexpr char control_d = 4;
constexpr char control_u = 21;
constexpr char backspace = 8;
constexpr char erase = 127;

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

    /// A line; nothing at the end of input. Without a line discipline the few editing keys are done here.
    [[nodiscard]] std::optional<std::string> read_line() const {
        std::string line;
        while (true) {
            const char c = read_key();
            if (c == control_c || (c == control_d && line.empty())) return std::nullopt;
            if (c == '\n' || c == control_d) return line;
            if (c == control_u) {
                line.clear();
            } else if (c == backspace || c == erase) {
                if (!line.empty()) line.pop_back();
            } else if (line.size() < longest_line) {
                line += c;
            }
        }
    }

private:
    [[nodiscard]] char read_key() const {
        char c = 0;
        while (true) {
            const auto count = ::read(descriptor_, &c, 1);
            if (count == 1) return c;
            if (count == 0 || errno != EINTR) return control_c;
        }
    }

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
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG | ICANON);  // Ctrl-C arrives as a character
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
    const terminal here;
    if (here.descriptor() < 0) return std::nullopt;
    here.say(prompt);
    std::optional<std::string> line;
    {
        const without_echo silence(here.descriptor());
        line = here.read_line();
    }
    here.say("\n");
    return line;
}

}  // namespace buri::cli
