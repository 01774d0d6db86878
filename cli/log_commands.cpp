#include "buri/base/ids.hpp"
#include "cli/administration_views.hpp"
#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/rpc_client.hpp"
#include "cli/views.hpp"

#include <chrono>
#include <optional>

namespace buri::cli {
namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

constexpr unsigned longest_page = 1000;

/// Of a node or of a server: the log of a network, or of all.
class log_reader {
public:
    static result<log_reader> open(const invocation& call, const std::filesystem::path& socket, rpc_client::kind of) {
        std::optional<network_name> only;
        if (const auto text = call.value("NETWORK")) {
            auto name = network_name::parse(*text);
            if (!name) return fail(std::move(name.error()));
            only = std::move(*name);
        }
        const auto lines = call.number("--lines").value_or(longest_page);
        if (lines > longest_page)
            return fail(errc::usage, "--lines is 1000 at most. Older entries are in the server's database");
        auto daemon = rpc_client::connect(socket, of);
        if (!daemon) return fail(std::move(daemon.error()));
        return log_reader(call, std::move(*daemon), std::move(only), lines);
    }

    [[nodiscard]] result<wire::json> read() {
        wire::json params{{"limit", lines_}};
        if (only_) params["network"] = only_->text();
        if (last_ > 0) params["after"] = last_;
        const auto answer = daemon_.call("log", params);
        if (!answer)
            return fail(while_doing(only_ ? "cannot show the log of '" + only_->text() + "'" : "cannot show the log",
                                    answer.error()));
        lines_ = longest_page;
        return items_of(*answer, "log");
    }

    /// What is there, then what comes; `events` has been subscribed to before anything was read.
    result<int> follow(rpc_client events) {
        const auto limit = call_.seconds("--timeout");
        const auto end = clock::now() + limit.value_or(milliseconds(0));
        if (const auto shown = show_new(); !shown) return fail(shown.error());
        while (true) {
            rpc_client::patience left;
            if (limit) left = std::max(std::chrono::ceil<milliseconds>(end - clock::now()), milliseconds(0));
            auto event = events.next_event(left);
            if (!event && event.error().code == errc::timed_out) return 0;
            if (!event) return fail(event.error());
            const auto kind = text_of(*event, "event");
            if (kind == "logged") {
                event->erase("event");
                print(*event);
            } else if (kind == "online") {  // what happened while the node was away
                if (const auto shown = show_new(); !shown) return fail(shown.error());
            }
        }
    }

private:
    log_reader(const invocation& call, rpc_client daemon, std::optional<network_name> only, unsigned lines)
        : call_(call), daemon_(std::move(daemon)), only_(std::move(only)), lines_(lines) {}

    result<void> show_new() {
        const auto entries = read();
        if (!entries) return fail(entries.error());
        for (const auto& entry : *entries)
            print(entry);
        return {};
    }

    void print(const wire::json& entry) {
        const auto id = static_cast<std::uint64_t>(number_of(entry, "id").value_or(0));
        if (id <= last_ || !is_wanted(entry)) return;
        last_ = id;
        auto& out = call_.around().out;
        if (call_.wants_json()) {
            out << entry.dump(-1, ' ', false, wire::json::error_handler_t::replace) << std::endl;
        } else {
            out << log_line(entry, call_.colors()) << std::flush;
        }
    }

    [[nodiscard]] bool is_wanted(const wire::json& entry) const {
        if (!only_) return true;
        const auto name = network_name::parse(text_of(entry, "network"));
        return name && *name == *only_;
    }

    const invocation& call_;
    rpc_client daemon_;
    std::optional<network_name> only_;
    unsigned lines_;
    std::uint64_t last_ = 0;
};

result<int> show_log(const invocation& call, const std::filesystem::path& socket, rpc_client::kind of) {
    auto reader = log_reader::open(call, socket, of);
    if (!reader) return fail(std::move(reader.error()));
    if (call.has("--follow")) {
        auto events = rpc_client::connect(socket, of);
        if (!events) return fail(std::move(events.error()));
        if (const auto started = events->call("events"); !started)
            return fail(while_doing("cannot follow the log", started.error()));
        return reader->follow(std::move(*events));
    }
    if (call.has("--timeout")) return fail(errc::usage, "--timeout is for --follow. Leave it out, or add --follow");
    const auto entries = reader->read();
    if (!entries) return fail(entries.error());
    if (entries->empty()) call.remark("the log is empty.");
    if (!call.has("--lines") && entries->size() == longest_page)
        call.remark("these are the newest 1000; older ones are in the server's database.");
    call.answer(*entries, log_view(*entries, call.colors()));
    return 0;
}

}  // namespace

result<int> run_log(invocation& call) {
    return show_log(call, call.socket(), rpc_client::kind::node);
}

result<int> run_server_log(invocation& call) {
    return show_log(call, call.server_socket(), rpc_client::kind::server);
}

}  // namespace buri::cli
