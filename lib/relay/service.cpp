#include "buri/relay/service.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/datagram_stream.hpp"
#include "buri/net/machine_timer.hpp"
#include "buri/net/task_group.hpp"
#include "buri/net/tokens.hpp"
#include "buri/relay/udp_port.hpp"
#include "buri/wire/datagram.hpp"
#include "buri/wire/relay_control.hpp"

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace buri::relay {
namespace {

/// BIND, the largest of what a stream says before it has bound something: tag and mark, cookie, size, token.
constexpr std::size_t largest_bind = 5 + sizeof(wire::relay_cookie) + 2 + wire::relay_token_size;
/// Local addresses that are told apart; a machine that routes a whole prefix to itself has no end of them.
constexpr std::size_t max_local_addresses = 4'096;
/// Of one port, before the others and the streams have their turn.
constexpr int max_batches = 4;
/// Datagrams are rarely larger than a packet. Who does not read for so long loses its stream.
constexpr net::datagram_stream::limits of_stream{
    .datagrams = 64, .bytes = 1U << 18U, .read = 8'192, .write_patience = std::chrono::seconds(10)};

/// The other half is for what else the process opens.
std::size_t half_of_files() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return std::numeric_limits<std::size_t>::max();
    return static_cast<std::size_t>(files.rlim_cur / 2);
}

/// What a stream may, by what it has bound.
class standing {
public:
    standing(duration time_to_bind, std::shared_ptr<void> stranger)
        : time_to_bind_(time_to_bind), unbound_until_(net::now() + time_to_bind), stranger_(std::move(stranger)) {}

    net::datagram_stream::allowance allowed(bool is_bound) {
        const auto now = net::now();
        if (is_bound) {
            unbound_until_.reset();
            stranger_.reset();
            largest_ = wire::max_framed_datagram;
            return {now + core::relay_silence, largest_};
        }
        // Its node may have moved to another way.
        if (!unbound_until_) unbound_until_ = now + time_to_bind_;
        return {*unbound_until_, largest_};
    }

private:
    duration time_to_bind_;
    std::optional<time_point> unbound_until_;  ///< while nothing is bound
    std::size_t largest_ = largest_bind;
    std::shared_ptr<void> stranger_;
};

}  // namespace

struct service::parts {
    /// A UDP channel is a socket and a local address of it: what is sent to a node leaves from where the node sends to.
    struct udp_channel {
        std::size_t port = 0;
        ip_address local;
    };

    parts(const asio::any_io_executor& on, service_settings with, random_source& from, logger to)
        : settings(std::move(with)),
          random(from),
          log(std::move(to)),
          stun(settings.stun, from),
          executor(on),
          tasks(on),
          timer(on),
          idle(on) {
        settings.max_streams = std::min(settings.max_streams, half_of_files());
        if (settings.relay) set_relay(*settings.relay);
    }

    void set_relay(core::relay_settings to);
    asio::awaitable<void> run_port(std::size_t number);
    void on_batches(std::size_t port, time_point now);
    void on_train(std::size_t port, const udp::train& train, time_point now);
    void on_stun(std::size_t port, const udp::train& train, byte_view datagram, time_point now);
    void on_control(std::size_t port, const udp::train& train, const path_address& from, byte_view datagram,
                    time_point now);
    void on_stream(const path_address& way, net::datagram_stream& stream, byte_view datagram);
    /// Sends a tunnel's datagrams on: some from the front of the train. In bytes.
    std::size_t forward(const path_address& from, byte_view train, std::size_t segment, time_point now);
    void forward_to_stream(channel_id to, byte_view data, std::size_t segment);
    std::optional<channel_id> channel_of(std::size_t port, const ip_address& local);
    udp_port* port_at(const endpoint& local);
    void flush();
    void on_deadline(time_point now);

    service_settings settings;
    random_source& random;
    logger log;
    std::optional<core::relay> machine;
    core::stun_service stun;
    asio::any_io_executor executor;
    net::task_group tasks;
    net::machine_timer timer;
    asio::steady_timer idle;

    std::vector<udp_port> ports;
    std::vector<endpoint> locals;
    std::vector<std::unordered_map<ip_address, channel_id>> channels_of_port;
    std::vector<udp_channel> udp_channels;  ///< by channel
    udp::receiver in;                       ///< of all ports in turn
    std::unordered_map<channel_id, net::datagram_stream*> streams;
    channel_id next_stream = core::first_stream_channel;
    std::uint64_t stun_answers = 0;
};

service::service(const asio::any_io_executor& executor, service_settings settings, random_source& random, logger log)
    : parts_(std::make_unique<parts>(executor, std::move(settings), random, std::move(log))) {}
service::~service() = default;

result<void> service::add_udp(const endpoint& local) {
    auto port = udp_port::open(parts_->executor, local);
    if (!port) return fail(port.error());
    parts_->locals.push_back(port->local());
    parts_->ports.push_back(std::move(*port));
    parts_->channels_of_port.emplace_back();
    return {};
}

const std::vector<endpoint>& service::udp() const {
    return parts_->locals;
}

void service::set_relay(core::relay_settings settings) {
    parts_->set_relay(std::move(settings));
}

void service::parts::set_relay(core::relay_settings to) {
    if (machine) {
        machine->set_identity(to.id, std::move(to.server));
    } else {
        machine.emplace(std::move(to), random, net::now());
    }
}

void service::set_stun(core::stun_addresses addresses) {
    parts_->stun.set_addresses(std::move(addresses));
}

service_statistics service::statistics() const {
    service_statistics out;
    if (parts_->machine) out.relay = parts_->machine->statistics(net::now());
    out.streams = parts_->streams.size();
    out.stun_answers = parts_->stun_answers;
    return out;
}

asio::awaitable<void> service::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto& has = *parts_;
    for (std::size_t i = 0; i < has.ports.size(); ++i)
        has.tasks.spawn(has.run_port(i));
    has.tasks.spawn(has.timer.run([&has](time_point now) { has.on_deadline(now); }));
    has.idle.expires_at(asio::steady_timer::time_point::max());
    co_await has.idle.async_wait(net::as_tuple);
    has.tasks.cancel();
    co_await has.tasks.join();
}

asio::awaitable<void> service::parts::run_port(std::size_t number) {
    for (;;) {
        const bool is_ready = co_await ports[number].async_wait();
        if (!is_ready) co_return;
        on_batches(number, net::now());
    }
}

void service::parts::on_batches(std::size_t port, time_point now) {
    for (int i = 0; i < max_batches; ++i) {
        for (const auto& train : ports[port].receive(in))
            on_train(port, train, now);
        flush();
        if (in.is_drained()) return;
    }
}

/// Before the next batch is received: what is forwarded lies in the buffers of this one.
void service::parts::flush() {
    for (auto& port : ports) {
        const auto unsent = port.flush();
        if (unsent.datagrams > 0 && machine) machine->on_not_sent(unsent.datagrams, unsent.bytes);
    }
    if (machine) timer.arm(machine->next_deadline());
}

void service::parts::on_train(std::size_t port, const udp::train& train, time_point now) {
    if (!udp_port::is_answerable(train)) return;
    const auto channel = machine ? channel_of(port, *train.to) : std::nullopt;
    const path_address from(channel.value_or(0), train.from);
    byte_view rest = train.data;
    do {
        const auto datagram = rest.first(std::min(train.segment, rest.size()));
        const auto what = wire::classify(datagram);
        auto done = datagram.size();
        if (what == wire::datagram_kind::stun) {
            on_stun(port, train, datagram, now);
        } else if (channel && what == wire::datagram_kind::relay_control) {
            on_control(port, train, from, datagram, now);
        } else if (channel) {
            done = forward(from, rest, train.segment, now);
        }
        rest = rest.subspan(done);
    } while (!rest.empty());
}

void service::parts::on_control(std::size_t port, const udp::train& train, const path_address& from, byte_view datagram,
                                time_point now) {
    const auto answer = machine->on_control(from, datagram, now, net::wall_now());
    if (answer) ports[port].answer(*train.to, train.from, *answer);
}

void service::parts::on_stun(std::size_t port, const udp::train& train, byte_view datagram, time_point now) {
    const auto answer = stun.on_request({*train.to, locals[port].port}, train.from, datagram, now);
    if (!answer) return;
    auto* const from = port_at(answer->from);
    if (from == nullptr) return;
    ++stun_answers;
    from->answer(answer->from.address, answer->to, answer->datagram);
}

udp_port* service::parts::port_at(const endpoint& local) {
    const auto is_there = [&](const endpoint& at) {
        const bool is_everywhere = at.address.is_unspecified() && at.address.is_v4() == local.address.is_v4();
        return at.port == local.port && (is_everywhere || at.address == local.address);
    };
    const auto found = std::ranges::find_if(locals, is_there);
    return found != locals.end() ? &ports[static_cast<std::size_t>(found - locals.begin())] : nullptr;
}

std::optional<channel_id> service::parts::channel_of(std::size_t port, const ip_address& local) {
    auto& known = channels_of_port[port];
    const auto found = known.find(local);
    if (found != known.end()) return found->second;
    if (udp_channels.size() >= max_local_addresses) return std::nullopt;
    const auto number = static_cast<channel_id>(udp_channels.size());
    udp_channels.push_back({port, local});
    known.emplace(local, number);
    return number;
}

std::size_t service::parts::forward(const path_address& from, byte_view train, std::size_t segment, time_point now) {
    const auto slice = machine->route(from, train, segment, now);
    if (!slice.to) return slice.bytes;
    const auto data = train.first(slice.sent);
    if (core::is_stream(*slice.to)) {
        forward_to_stream(slice.to->channel, data, segment);
    } else {
        const auto& channel = udp_channels[slice.to->channel];
        ports[channel.port].forward(channel.local, slice.to->at, data, segment);
    }
    return slice.bytes;
}

void service::parts::forward_to_stream(channel_id to, byte_view data, std::size_t segment) {
    const auto stream = streams.find(to);
    for (std::size_t done = 0; done < data.size(); done += segment) {
        const auto datagram = data.subspan(done, std::min(segment, data.size() - done));
        const bool is_taken = stream != streams.end() && stream->second->send(datagram);
        if (!is_taken) machine->on_not_sent(1, datagram.size());
    }
}

void service::parts::on_deadline(time_point now) {
    if (!machine) return;
    machine->on_deadline(now);
    timer.arm(machine->next_deadline());
}

void service::parts::on_stream(const path_address& way, net::datagram_stream& stream, byte_view datagram) {
    if (!machine) return;
    const auto now = net::now();
    const auto what = wire::classify(datagram);
    if (what == wire::datagram_kind::stun) return;
    if (what != wire::datagram_kind::relay_control) {
        forward(way, datagram, datagram.size(), now);
        flush();
        return;
    }
    const auto answer = machine->on_control(way, datagram, now, net::wall_now());
    if (answer) stream.send(*answer);
    timer.arm(machine->next_deadline());
}

asio::awaitable<void> service::run_stream(std::unique_ptr<net::byte_stream> stream, std::shared_ptr<void> stranger) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto executor = co_await asio::this_coro::executor;
    auto& has = *parts_;
    if (has.streams.size() >= has.settings.max_streams) {
        stream->close();
        co_return;
    }
    const path_address way(has.next_stream++, stream->remote());
    net::datagram_stream end(std::move(stream), of_stream);
    has.streams.emplace(way.channel, &end);
    net::task_group writing(executor);
    writing.spawn(end.run_writer());
    const auto take = [&](byte_view datagram) { has.on_stream(way, end, datagram); };
    standing standing_now(has.settings.time_to_bind, std::move(stranger));
    const auto allowed = [&] { return standing_now.allowed(has.machine && has.machine->is_bound(way)); };
    auto reading = end.run_reader(take, allowed);
    (void)co_await std::move(reading);
    end.close();
    has.streams.erase(way.channel);
    if (has.machine) has.machine->on_stream_closed(way);
    writing.cancel();
    co_await writing.join();
}

}  // namespace buri::relay
