#include "daemon/processes.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>

using namespace buri;
using namespace buri::daemon;

namespace {

rlimit present() {
    rlimit out{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &out) == 0);
    return out;
}

/// A soft limit that is a little smaller than the hard one.
class few_files {
public:
    few_files() : before_(present()) {
        auto low = before_;
        low.rlim_cur = low.rlim_max / 2;
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    }
    ~few_files() { (void)::setrlimit(RLIMIT_NOFILE, &before_); }
    few_files(const few_files&) = delete;
    few_files& operator=(const few_files&) = delete;

private:
    rlimit before_;
};

/// A name below a file: nothing can be made there, so that every process ends where it opens its state.
const std::filesystem::path nowhere = "/dev/null/vpn";

}  // namespace

TEST_CASE("what runs for long may open as many files as the hard limit has") {
    const few_files now;
    SECTION("a node") {
        node_process_options options;
        options.state_directory = nowhere;
        options.socket = nowhere;
        CHECK_FALSE(run_node(options, {}));
    }
    SECTION("a server") {
        server_process_options options;
        options.state_directory = nowhere;
        CHECK_FALSE(run_server(options, {}));
    }
    SECTION("a relay") {
        relay_process_options options;
        options.state_directory = nowhere;
        CHECK_FALSE(run_relay(options, {}));
    }
    CHECK(present().rlim_cur == present().rlim_max);
}
