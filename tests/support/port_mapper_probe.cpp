// Runs a node's port mapper by itself, for lab tests: each change is a line on standard output. SIGUSR1 has it write its
// report; SIGTERM and SIGINT too, and end it, with the mappings given back.
//
// usage: port_mapper_probe UDP-PORT TCP-PORT
#include "buri/crypto/system_random.hpp"
#include "buri/node/port_mapper.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/use_awaitable.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

using namespace buri;

void show(const std::vector<core::port_mapping>& present) {
    std::printf("mappings %zu", present.size());
    for (const auto& each : present) {
        std::printf(" %s/%s=%s", std::string(name_of(each.method)).c_str(), std::string(name_of(each.protocol)).c_str(),
                    to_string(each.external).c_str());
    }
    std::printf("\n");
}

void show(const core::port_mapping_report& report) {
    std::printf("gateway %s\n", report.gateway ? to_string(*report.gateway).c_str() : "none");
    for (const auto method : {core::mapping_method::pcp, core::mapping_method::nat_pmp, core::mapping_method::upnp}) {
        const auto& said = report.methods[static_cast<std::size_t>(method)];
        std::printf("%s: %s\n", std::string(name_of(method)).c_str(), to_string(said).c_str());
    }
    std::printf("double NAT: %s\n", report.is_double_nat ? "yes" : "no");
}

asio::awaitable<void> run(node::port_mapper& mapper, asio::io_context& io) {
    asio::signal_set signals(io, SIGTERM, SIGINT, SIGUSR1);
    std::printf("ready\n");
    net::task_group tasks(io.get_executor());
    mapper.start(tasks);
    for (int signal = SIGUSR1; signal == SIGUSR1;) {
        signal = co_await signals.async_wait(asio::use_awaitable);
        show(mapper.report());
    }
    const auto begun = net::now();
    co_await mapper.async_close();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(net::now() - begun);
    std::printf("closed in %lld ms\n", static_cast<long long>(took.count()));
    tasks.cancel();
    co_await tasks.join();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: port_mapper_probe UDP-PORT TCP-PORT\n");
        return 2;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    asio::io_context io(1);
    crypto::system_random random;
    node::port_mapper mapper(io.get_executor(), random, {{1, 2, 3}, "vpn0"}, logger(),
                             [](const std::vector<core::port_mapping>& present) { show(present); });
    mapper.set_ports(static_cast<std::uint16_t>(std::atoi(argv[1])), static_cast<std::uint16_t>(std::atoi(argv[2])));
    int outcome = 0;
    asio::co_spawn(io, run(mapper, io), [&](const std::exception_ptr& failure) { outcome = failure ? 1 : 0; });
    io.run();
    return outcome;
}
