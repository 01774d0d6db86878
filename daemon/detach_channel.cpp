#include "daemon/detach_channel.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace buri::daemon {
namespace {

constexpr std::size_t max_message = 64 * 1024;

detach_message decode(const wire::json& message) {
    detach_message out;
    const auto kind = message.value("kind", "");
    if (kind == "progress") {
        out.what = detach_message::kind::progress;
        out.step = {message.value("label", ""), message.value("text", "")};
    } else if (kind == "question") {
        out.what = detach_message::kind::question;
        out.question.server.host = message.value("host", "");
        out.question.server.port = message.value("port", server_spec::default_port);
        out.question.fingerprint = message.value("fingerprint", "");
        out.question.key_type = message.value("key_type", "");
    } else if (kind == "ready") {
        out.what = detach_message::kind::ready;
        out.status = message.value("status", wire::json());
    } else {
        out.what = detach_message::kind::failed;
        out.why.code = error_from_wire(message.value("code", std::uint16_t{1})).value_or(errc::internal);
        out.why.text = message.value("text", "");
    }
    return out;
}

}  // namespace

result<std::pair<detach_channel, detach_channel>> detach_channel::make_pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return fail(errc::internal, std::string("cannot make a pair of sockets: ") + std::strerror(errno));
    }
    return std::pair(detach_channel(ends[0]), detach_channel(ends[1]));
}

detach_channel& detach_channel::operator=(detach_channel&& other) noexcept {
    if (this != &other) {
        close();
        descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
}

detach_channel::~detach_channel() {
    close();
}

void detach_channel::close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

void detach_channel::send(const wire::json& message) const {
    if (descriptor_ < 0) return;
    const auto text = message.dump(-1, ' ', false, wire::json::error_handler_t::replace);
    [[maybe_unused]] const auto sent =
        ::send(descriptor_, text.data(), std::min(text.size(), max_message), MSG_NOSIGNAL);
}

void detach_channel::send_progress(const progress_step& step) const {
    send({{"kind", "progress"}, {"label", step.label}, {"text", step.text}});
}

void detach_channel::send_ready(const wire::json& status) {
    send({{"kind", "ready"}, {"status", status}});
    close();
}

void detach_channel::send_failure(const error& why) {
    send({{"kind", "failed"}, {"code", static_cast<std::uint16_t>(why.code)}, {"text", why.text}});
    close();
}

bool detach_channel::ask(const key_question& question) const {
    send({{"kind", "question"},
          {"host", question.server.host},
          {"port", question.server.port},
          {"fingerprint", question.fingerprint},
          {"key_type", question.key_type}});
    char answer = 'n';
    return descriptor_ >= 0 && ::recv(descriptor_, &answer, 1, 0) == 1 && answer == 'y';
}

detach_message detach_channel::receive(std::chrono::milliseconds timeout) const {
    detach_message out;
    pollfd waiting{descriptor_, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(timeout.count()));
    if (ready < 0 && errno == EINTR) return receive(timeout);
    if (ready == 0) return out;
    std::vector<char> buffer(max_message);
    const auto size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    out.what = detach_message::kind::closed;
    if (size <= 0) return out;
    const auto message = wire::json::parse(buffer.data(), buffer.data() + size, nullptr, false);
    return message.is_object() ? decode(message) : out;
}

void detach_channel::reply(bool yes) const {
    const char answer = yes ? 'y' : 'n';
    [[maybe_unused]] const auto sent = ::send(descriptor_, &answer, 1, MSG_NOSIGNAL);
}

}  // namespace buri::daemon
