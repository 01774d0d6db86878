#include "buri/net/upnp_igd.hpp"

#include <catch2/catch.hpp>

#include <sys/select.h>
#include <unistd.h>

using namespace buri;

TEST_CASE("with more files than select() can wait for, no gateway is spoken to") {
    std::vector<int> files;
    for (int i = 0; i < FD_SETSIZE / 2; ++i)
        files.push_back(::dup(STDIN_FILENO));
    net::upnp_task task;
    task.where.address = task.where.own = ip_address::v4(0x7f000001);
    task.where.network = *parse_ip_prefix("127.0.0.0/8");
    const std::atomic<bool> is_abandoned = false;
    const auto outcome = net::talk_to_igd(task, is_abandoned);
    for (const int each : files)
        ::close(each);
    CHECK_FALSE(outcome.has_answered);
    CHECK(outcome.failure == "too many files are open");
}
