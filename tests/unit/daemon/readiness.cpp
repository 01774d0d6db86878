#include "daemon/readiness.hpp"

#include "tests/support/scratch_directory.hpp"

#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

using buri::daemon::notify_service_manager;

namespace {

/// A service manager's socket. A name that begins with '@' is abstract.
class manager {
public:
    explicit manager(const std::string& name) : descriptor_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::memcpy(at.sun_path, name.data(), name.size());
        if (name[0] == '@') at.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), size) == 0);
        ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }
    manager(const manager&) = delete;
    manager& operator=(const manager&) = delete;
    ~manager() {
        ::unsetenv("NOTIFY_SOCKET");
        ::close(descriptor_);
    }

    [[nodiscard]] std::string heard() const {
        std::array<char, 256> buffer{};
        const auto size = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return size < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

private:
    int descriptor_;
};

}  // namespace

TEST_CASE("the service manager hears of readiness at a path", "[readiness]") {
    const buri::test::scratch_directory directory;
    const manager listening((directory / "notify").string());
    CHECK(notify_service_manager("READY=1"));
    CHECK(listening.heard() == "READY=1");
    CHECK(notify_service_manager("STOPPING=1"));
    CHECK(listening.heard() == "STOPPING=1");
}

TEST_CASE("the service manager hears of readiness at an abstract name", "[readiness]") {
    const manager listening("@buri-test-" + std::to_string(::getpid()));
    CHECK(notify_service_manager("READY=1"));
    CHECK(listening.heard() == "READY=1");
}

TEST_CASE("without a service manager nothing happens", "[readiness]") {
    ::unsetenv("NOTIFY_SOCKET");
    CHECK_FALSE(notify_service_manager("READY=1"));
    for (const auto& place : {std::string(), std::string("x"), std::string("relative/path"),
                              std::string("/no/such/socket"), std::string("vsock:2:1"), "/" + std::string(200, 'x')}) {
        ::setenv("NOTIFY_SOCKET", place.c_str(), 1);
        CHECK_FALSE(notify_service_manager("READY=1"));
    }
    ::unsetenv("NOTIFY_SOCKET");
}
