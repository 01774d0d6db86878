#pragma once
// A server without ports: a real state directory and database, the sessions above them, and what the operator does.
#include "buri/crypto/system_random.hpp"
#include "buri/net/clock.hpp"
#include "buri/server/administration.hpp"
#include "buri/server/initialise.hpp"
#include "buri/server/state_files.hpp"
#include "buri/wire/json.hpp"
#include "tests/support/scratch_directory.hpp"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace buri::test {

/// A state directory as `vpn server init` makes it; the keys are made once for all tests.
inline void make_state(const std::filesystem::path& at) {
    static const scratch_directory pattern;
    static crypto::system_random random;
    static const auto made = server::initialise({pattern / "s", "vpn.example.org", std::nullopt, std::nullopt}, random);
    REQUIRE(made);
    std::filesystem::copy(pattern / "s", at);
    for (const auto& file : server::small_state_files())
        std::filesystem::permissions(at / file.name, static_cast<std::filesystem::perms>(file.mode));
}

inline account_record account(std::uint32_t id, std::string nickname) {
    account_record out;
    out.id = {id};
    out.nickname = std::move(nickname);
    out.key_blob.assign(51, 0);
    for (std::size_t i = 0; i < sizeof id; ++i)
        out.key_blob[i] = static_cast<std::uint8_t>(id >> 8 * i);
    out.created = wall_time(std::chrono::seconds(1'700'000'000));
    return out;
}

/// A network with its owner as the first member.
inline record_change network(std::uint64_t id, const std::string& name, std::uint32_t owner) {
    network_record made;
    made.id = id;
    made.name = *network_name::parse(name);
    made.owner = {owner};
    made.created = wall_time(std::chrono::seconds(1'700'000'100));
    member_record first;
    first.network = id;
    first.node = {owner};
    first.joined = made.created;
    first.name = "owner";
    return {put_network{made}, put_member{first}};
}

constexpr std::uint32_t anna = 0x64400001;   // 100.64.0.1
constexpr std::uint32_t build = 0x64400002;  // 100.64.0.2
constexpr std::uint32_t twin = 0x64400003;   // 100.64.0.3, a second "build"

/// anna owns lab_net; two accounts are called build; the first of them waits for approval there.
inline record_change household() {
    record_change out{put_account{account(anna, "anna")}, put_account{account(build, "build")},
                      put_account{account(twin, "Build")}};
    for (auto& operation : network(1, "lab_net", anna))
        out.push_back(std::move(operation));
    member_record waiting;
    waiting.network = 1;
    waiting.node = {build};
    waiting.joined = wall_time(std::chrono::seconds(1'700'000'200));
    waiting.name = "build";
    waiting.is_waiting = true;
    out.push_back(put_member{waiting});
    return out;
}

class server_fixture {
public:
    explicit server_fixture(const record_change& content = household(), std::filesystem::path state = {})
        : state_(state.empty() ? directory_ / "state" : std::move(state)) {
        if (!std::filesystem::exists(state_)) make_state(state_);
        open(content);
    }
    server_fixture(const server_fixture&) = delete;
    server_fixture& operator=(const server_fixture&) = delete;
    ~server_fixture() = default;

    /// What comes out of a coroutine, with everything else that happens meanwhile.
    template <typename T>
    T run(asio::awaitable<T> task) {
        auto outcome = begin(std::move(task));
        while (!*outcome && context_.run_one() != 0) {
        }
        REQUIRE(*outcome);
        return std::move(**outcome);
    }
    /// Starts a coroutine; step() lets it go on.
    template <typename T>
    std::shared_ptr<std::optional<T>> begin(asio::awaitable<T> task) {
        auto outcome = std::make_shared<std::optional<T>>();
        context_.restart();
        asio::co_spawn(context_, std::move(task), [outcome](const std::exception_ptr& failure, T value) {
            if (failure) std::rethrow_exception(failure);
            *outcome = std::move(value);
        });
        return outcome;
    }
    bool step() { return context_.run_one() != 0; }

    [[nodiscard]] const core::directory& records() const { return sessions_->mediator().records(); }
    [[nodiscard]] server::administration& administration() { return *administration_; }
    [[nodiscard]] server::sessions& sessions() { return *sessions_; }
    [[nodiscard]] const std::filesystem::path& state() const { return state_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return directory_ / name; }

private:
    void open(const record_change& content) {
        const auto config = store::load_server_config(server::config_path(state_));
        REQUIRE(config);
        auto keys = server::load_host_keys(state_);
        REQUIRE(keys);
        auto database = store::server_database::open(server::database_path(state_));
        REQUIRE(database);
        REQUIRE(database->commit(content));
        auto records = database->load();
        REQUIRE(records);
        sessions_.emplace(tasks_, context_.get_executor(), *config, std::move(*keys), std::move(*database),
                          std::move(*records), random_, logger());
        const server::server_place place{state_, server::config_path(state_)};
        administration_.emplace(context_.get_executor(), *sessions_, place, *config, random_);
    }

    scratch_directory directory_;
    std::filesystem::path state_;
    asio::io_context context_{1};
    crypto::system_random random_;
    net::task_group tasks_{context_.get_executor()};
    std::optional<server::sessions> sessions_;
    std::optional<server::administration> administration_;
};

}  // namespace buri::test
