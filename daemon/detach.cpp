#include "daemon/detach.hpp"

#include "daemon/detach_channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace buri::daemon {
namespace {

using std::chrono::steady_clock;

void redirect(int log) {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
}

/// Never returns. _exit: what the caller's buffers and exit handlers hold is the caller's to write.
[[noreturn]] void become_child(detach_channel channel, int log, const detached_process& process) {
    ::setsid();
    redirect(log);
    if (::chdir("/") != 0) ::_exit(1);
    const process_hooks hooks{
        .progress = [&](const progress_step& step) { channel.send_progress(step); },
        .confirm_key = [&](const key_question& question) { return channel.ask(question); },
        .ready = [&](const wire::json& status) { channel.send_ready(status); },
        .stopping = {},
    };
    const auto outcome = process(hooks);
    if (!outcome) channel.send_failure(outcome.error());
    ::_exit(outcome ? 0 : describe(outcome.error().code).exit_code);
}

error silent_end(pid_t child, const std::filesystem::path& log_file) {
    int status = 0;
    ::waitpid(child, &status, 0);
    const std::string how = WIFSIGNALED(status) ? "was killed by signal " + std::to_string(WTERMSIG(status))
                                                : "ended with code " + std::to_string(WEXITSTATUS(status));
    return make_error(errc::internal, "the daemon " + how + " before it was ready. Its log is " + log_file.string());
}

error still_waiting(const detach_options& options) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options.timeout).count();
    return make_error(errc::timed_out, "the daemon was not ready within " + std::to_string(seconds) +
                                           " s and goes on trying in the background. See 'vpn status', or " +
                                           options.log_file.string());
}

result<void> wait_for_child(detach_channel& channel, pid_t child, const detach_options& options,
                            const process_hooks& waiting) {
    const auto deadline = steady_clock::now() + options.timeout;
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
        const auto heard = channel.receive(std::max(left, std::chrono::milliseconds(0)));
        switch (heard.what) {
            case detach_message::kind::progress:
                if (waiting.progress) waiting.progress(heard.step);
                break;
            case detach_message::kind::question:
                channel.reply(waiting.confirm_key && waiting.confirm_key(heard.question));
                break;
            case detach_message::kind::ready:
                if (waiting.ready) waiting.ready(heard.status);
                return {};
            case detach_message::kind::failed:
                ::waitpid(child, nullptr, 0);
                return fail(heard.why);
            case detach_message::kind::closed:
                return fail(silent_end(child, options.log_file));
            case detach_message::kind::nothing:
                return fail(still_waiting(options));
        }
    }
}

result<int> open_log(const std::filesystem::path& file) {
    std::error_code problem;
    std::filesystem::create_directories(file.parent_path(), problem);
    const int log = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log >= 0) return log;
    const bool denied = errno == EACCES || errno == EPERM;
    return fail(
        denied ? errc::permission : errc::state_unreadable,
        "cannot write the log " + file.string() + ": " + std::strerror(errno) + (denied ? ". Run it as root" : ""));
}

}  // namespace

result<void> run_detached(const detach_options& options, const process_hooks& waiting,
                          const detached_process& process) {
    const auto log = open_log(options.log_file);
    if (!log) return fail(log.error());
    auto ends = detach_channel::make_pair();
    if (!ends) {
        ::close(*log);
        return fail(ends.error());
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ends->first = detach_channel();
        become_child(std::move(ends->second), *log, process);
    }
    ::close(*log);
    if (child < 0) return fail(errc::internal, std::string("cannot start another process: ") + std::strerror(errno));
    ends->second = detach_channel();
    return wait_for_child(ends->first, child, options, waiting);
}

}  // namespace buri::daemon
