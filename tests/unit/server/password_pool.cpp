#include "buri/server/sessions/password_pool.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <thread>

using namespace buri;

TEST_CASE("passwords are hashed elsewhere, in order, and the outcomes come on the caller's thread") {
    asio::io_context context(1);
    const auto alive = asio::make_work_guard(context);
    std::vector<std::uint64_t> tickets;
    std::vector<core::password_outcome> outcomes;
    const auto caller = std::this_thread::get_id();
    server::password_pool pool(context.get_executor(), [&](std::uint64_t ticket, core::password_outcome outcome) {
        CHECK(std::this_thread::get_id() == caller);
        tickets.push_back(ticket);
        outcomes.push_back(std::move(outcome));
    });
    pool.submit(7, {"secret", ""});
    while (tickets.empty())
        context.run_one();
    const auto made = outcomes[0].hash;
    CHECK(made.starts_with("scrypt$"));
    pool.submit(8, {"secret", made});
    pool.submit(9, {"wrong", made});
    while (tickets.size() < 3)
        context.run_one();
    CHECK(tickets == std::vector<std::uint64_t>{7, 8, 9});
    CHECK(outcomes[1].matches);
    CHECK(outcomes[1].hash == made);
    CHECK_FALSE(outcomes[2].matches);
}

TEST_CASE("a pool that goes while passwords wait tells nobody, and waits for one hash at most") {
    asio::io_context context(1);
    int told = 0;
    {
        server::password_pool pool(context.get_executor(),
                                   [&](std::uint64_t, const core::password_outcome&) { ++told; });
        for (std::uint64_t i = 0; i < 64; ++i)
            pool.submit(i, {"secret", ""});
    }
    context.run();
    CHECK(told == 0);
}
