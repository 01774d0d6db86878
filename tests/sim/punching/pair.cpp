#include "tests/sim/punching/pair.hpp"

#include <algorithm>
#include <cstdlib>

namespace buri::sim {

using namespace std::chrono_literals;

pair_settings pair_of(nat_class a, nat_class b, std::uint64_t seed) {
    return {.a = behaviour_of(a),
            .b = behaviour_of(b),
            .a_is_public = a == nat_class::P,
            .b_is_public = b == nat_class::P,
            .seed = seed};
}

pair_result run_pair(const pair_settings& settings) {
    world in(settings.seed);
    segment internet(in, "internet", 8);
    stun_host stun(in, internet);
    site a(in, internet, stun, true, settings.a, settings.a_is_public);
    site b(in, internet, stun, false, settings.b, settings.b_is_public);
    a.connect(b, settings.relay_delay);
    b.connect(a, settings.relay_delay);
    for (auto* const each : {&a, &b}) {
        each->start();
        if (settings.noise > 0) each->make_noise(settings.noise);
    }
    in.run_for(4s + in.between(0ms, 1s));
    for (auto* const each : {&a, &b}) {
        if (each->router() != nullptr) each->router()->uplink().loss = settings.loss;
    }
    const auto introduced = in.now();
    in.after(in.between(0ms, 20ms), [&] { a.on_introduction(b.candidates(), b.seen()); });
    in.after(in.between(0ms, 20ms), [&] { b.on_introduction(a.candidates(), a.seen()); });
    in.after(80ms, [&] { a.on_up(); });
    in.after(100ms, [&] { b.on_up(); });
    pair_result found;
    if (in.run_until([&] { return a.has_way() && b.has_way(); }, settings.limit)) found.direct = in.now() - introduced;
    if (found.direct) in.run_for(60s);
    found.a = a.evidence();
    found.b = b.evidence();
    found.sockets = a.open_sockets() + b.open_sockets();
    return found;
}

unsigned runs(unsigned usual) {
    const auto* const asked = std::getenv("BURI_SIM_SEEDS");
    return asked == nullptr ? usual : std::max(usual, static_cast<unsigned>(std::strtoul(asked, nullptr, 10)));
}

}  // namespace buri::sim
