#include "cli/rpc_client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <variant>

namespace buri::cli {
namespace {

using clock = std::chrono::steady_clock;

error no_connection(const std::filesystem::path& socket, int problem, rpc_client::kind of) {
    const bool is_server = of == rpc_client::kind::server;
    const auto& path = socket.native();
    if (problem == EACCES || problem == EPERM) {
        return make_error(errc::permission, "cannot use " + path +
                                                ": permission denied. Be root, or in the group 'vpn' ('usermod -aG vpn "
                                                "NAME', then log in again)");
    }
    if (problem == ENOENT || problem == ECONNREFUSED || problem == ENOTDIR) {
        const std::string what = is_server ? "no server" : "no daemon";
        const std::string start = is_server ? "'vpn server run'" : "'vpn up'";
        return make_error(errc::daemon_not_running, what + " is running here (nobody listens on " + path +
                                                        "). Start one with " + start +
                                                        ", or name another with --state or --socket");
    }
    return make_error(errc::daemon_not_running, std::string("cannot reach the ") + (is_server ? "server" : "daemon") +
                                                    " on " + path + ": " + std::strerror(problem));
}

/// So that its end can be awaited, whatever becomes of its number.
int open_process(int descriptor) {
    ucred who{};
    socklen_t size = sizeof who;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || who.pid <= 0) return -1;
    return static_cast<int>(::syscall(SYS_pidfd_open, who.pid, 0));
}

/// True if it can be read before the moment.
bool wait_readable(int descriptor, std::optional<clock::time_point> until) {
    while (true) {
        int timeout = -1;
        if (until) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - clock::now()).count();
            timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
        }
        pollfd waiting{descriptor, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, timeout);
        if (ready >= 0 || errno != EINTR) return ready > 0;
    }
}

std::optional<clock::time_point> moment(rpc_client::patience limit) {
    if (!limit) return std::nullopt;
    return clock::now() + *limit;
}

}  // namespace

rpc_client::rpc_client(int descriptor, kind of)
    : descriptor_(descriptor), kind_(of), process_(open_process(descriptor)) {}

error rpc_client::gone() const {
    const bool is_server = kind_ == kind::server;
    return make_error(errc::cancelled, std::string("the ") + (is_server ? "server" : "daemon") +
                                           " closed the connection; it may be stopping. See '" +
                                           (is_server ? "vpn server status" : "vpn status") + "'");
}

rpc_client::rpc_client(rpc_client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      kind_(other.kind_),
      process_(std::exchange(other.process_, -1)),
      next_id_(other.next_id_),
      input_(std::move(other.input_)) {}

rpc_client& rpc_client::operator=(rpc_client&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(kind_, other.kind_);
    std::swap(process_, other.process_);
    std::swap(next_id_, other.next_id_);
    std::swap(input_, other.input_);
    return *this;
}

rpc_client::~rpc_client() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (process_ >= 0) ::close(process_);
}

result<rpc_client> rpc_client::connect(const std::filesystem::path& socket, kind of) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    const auto& path = socket.native();
    if (path.size() >= sizeof to.sun_path) {
        return fail(errc::usage, "the socket's path is too long: " + path + ". Name a shorter one with --socket");
    }
    std::memcpy(to.sun_path, path.data(), path.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return fail(no_connection(socket, errno, of));
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        const int problem = errno;
        ::close(descriptor);
        return fail(no_connection(socket, problem, of));
    }
    return rpc_client(descriptor, of);
}

result<wire::json> rpc_client::call(std::string_view method, const wire::json& params, patience limit) {
    const auto line = daemon::rpc_request_line(next_id_++, method, params);
    std::size_t sent = 0;
    while (sent < line.size()) {
        const auto count = ::send(descriptor_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) break;  // the daemon may have said why before it closed
        sent += static_cast<std::size_t>(count);
    }
    while (true) {
        const auto text = read_line(limit);
        if (!text) return fail(text.error());
        auto message = daemon::parse_rpc_message(*text);
        if (!message) return fail(message.error());
        if (auto* const answer = std::get_if<daemon::rpc_answer>(&*message)) return std::move(answer->outcome);
    }
}

result<wire::json> rpc_client::next_event(patience limit) {
    while (true) {
        const auto text = read_line(limit);
        if (!text) return fail(text.error());
        auto message = daemon::parse_rpc_message(*text);
        if (!message) return fail(message.error());
        if (auto* const happened = std::get_if<daemon::rpc_event>(&*message)) return std::move(happened->event);
    }
}

result<std::string> rpc_client::read_line(patience limit) {
    const auto until = moment(limit);
    while (true) {
        if (const auto end = input_.find('\n'); end != std::string::npos) {
            std::string line = input_.substr(0, end);
            input_.erase(0, end + 1);
            return line;
        }
        if (!wait_readable(descriptor_, until)) return fail(errc::timed_out, "the daemon did not answer in time");
        std::array<char, 8192> chunk{};
        const auto count = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return fail(gone());
        input_.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

bool rpc_client::wait_for_exit(std::chrono::milliseconds limit) const {
    const auto until = clock::now() + limit;
    if (process_ >= 0) return wait_readable(process_, until);
    std::array<char, 4096> rest{};
    while (wait_readable(descriptor_, until)) {
        if (::recv(descriptor_, rest.data(), rest.size(), 0) <= 0) return true;
    }
    return false;
}

}  // namespace buri::cli
