#include "buri/core/tunnel/punch_plan.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <map>
#include <vector>

using namespace buri;
using namespace buri::core;
using wire::nat_info;
using enum wire::punch_strategy;

namespace {

using map = nat_mapping;
using filter = nat_filtering;

nat_info nat(nat_mapping mapping, nat_filtering filtering, std::optional<std::uint16_t> step = {}) {
    return {.mapping = mapping, .filtering = filtering, .port_step = step};
}

/// The classes of the pair table; Ap and Aa: mapping by address, filtering by port and by address.
const std::map<std::string, nat_info> classes{
    {"P", nat(map::none, filter::endpoint_independent)},
    {"F", nat(map::none, filter::address_port_dependent)},
    {"C1", nat(map::endpoint_independent, filter::endpoint_independent)},
    {"C2", nat(map::endpoint_independent, filter::address_dependent)},
    {"C3", nat(map::endpoint_independent, filter::address_port_dependent)},
    {"Ap", nat(map::address_dependent, filter::address_port_dependent)},
    {"Aa", nat(map::address_dependent, filter::address_dependent)},
    {"S2", nat(map::address_port_dependent, filter::address_dependent)},
    {"Sq", nat(map::address_port_dependent, filter::address_port_dependent, 1)},
    {"Sr", nat(map::address_port_dependent, filter::address_port_dependent)},
};

punch_strategy other_part(punch_strategy own) {
    static const std::map<punch_strategy, punch_strategy> parts{{predicted_own, predicted_peer},
                                                                {predicted_peer, predicted_own},
                                                                {spray_hard, spray_easy},
                                                                {spray_easy, spray_hard}};
    const auto found = parts.find(own);
    return found == parts.end() ? own : found->second;
}

std::vector<nat_info> every_nat() {
    std::vector<nat_info> all;
    for (const auto mapping :
         {map::unknown, map::none, map::endpoint_independent, map::address_dependent, map::address_port_dependent}) {
        for (const auto filtering : {filter::unknown, filter::endpoint_independent, filter::address_dependent,
                                     filter::address_port_dependent}) {
            for (unsigned bits = 0; bits < 8; ++bits) {
                auto& each = all.emplace_back(nat(mapping, filtering));
                if ((bits & 1U) != 0) each.port_step = 2;
                each.spray = (bits & 2U) != 0;
                each.udp = (bits & 4U) == 0;
            }
        }
    }
    return all;
}

}  // namespace

TEST_CASE("both ends play the two parts of one strategy, whatever the reports") {
    const auto all = every_nat();
    for (const auto& own : all) {
        for (const auto& peer : all) {
            for (const std::uint32_t stage : {0U, 1U, 2U, 3U, 4294967295U}) {
                for (const bool first : {true, false}) {
                    const auto here = plan_punch(own, peer, first, stage);
                    const auto there = plan_punch(peer, own, !first, stage);
                    if (there != other_part(here)) FAIL("the parts do not fit");
                    const bool sprays = here == spray_hard || here == spray_easy;
                    if (sprays && !(own.spray && peer.spray)) FAIL("one end sprays that must not");
                    if (here == none && stage == 0 && own.udp && peer.udp) FAIL("nothing was tried");
                }
            }
        }
    }
}

TEST_CASE("each pair of the table has its strategy") {
    struct row {
        const char* own;
        const char* peer;
        punch_strategy at_first;
        punch_strategy in_the_end;
    };
    const std::vector<row> rows{
        {"P", "P", plain, fresh},
        {"F", "C3", plain, fresh},
        {"C3", "C3", plain, fresh},
        {"P", "Sr", plain, plain},
        {"C1", "Ap", plain, plain},
        {"C2", "Sr", plain, plain},
        {"C2", "Sq", plain, plain},
        {"F", "Sq", predicted_peer, spray_easy},
        {"C3", "Sq", predicted_peer, spray_easy},
        {"Sq", "C3", predicted_own, spray_hard},
        {"F", "Sr", spray_easy, spray_easy},
        {"C3", "Sr", spray_easy, spray_easy},
        {"Sr", "C3", spray_hard, spray_hard},
        {"S2", "C3", spray_hard, spray_hard},
        {"Ap", "C3", spray_hard, spray_hard},
        {"Aa", "F", spray_hard, spray_hard},
        {"Aa", "Sr", spray_hard, spray_hard},
        {"Sq", "Aa", spray_easy, spray_easy},
        {"S2", "S2", spray_hard, spray_hard},
        {"Aa", "S2", spray_hard, spray_hard},
        {"Sq", "Sq", predicted_both, predicted_both},
        {"Ap", "Ap", plain, none},
        {"Ap", "Sr", plain, none},
        {"S2", "Sr", plain, none},
        {"S2", "Sq", plain, none},
        {"Sq", "Sr", plain, none},
        {"Sr", "Sr", plain, none},
    };
    for (const auto& [own, peer, at_first, in_the_end] : rows) {
        CAPTURE(own, peer);
        CHECK(plan_punch(classes.at(own), classes.at(peer), true, 0) == at_first);
        CHECK(plan_punch(classes.at(own), classes.at(peer), true, 4) == in_the_end);
        CHECK(plan_punch(classes.at(peer), classes.at(own), false, 0) == other_part(at_first));
    }
}

TEST_CASE("the initiator decides the parts where both could play either") {
    const auto& s2 = classes.at("S2");
    CHECK(plan_punch(s2, s2, true, 0) == spray_hard);
    CHECK(plan_punch(s2, s2, false, 0) == spray_easy);
}

TEST_CASE("a filtering that is not known yet costs a plain round, not a spray") {
    auto untested = classes.at("C3");
    untested.filtering = filter::unknown;
    CHECK(plan_punch(untested, classes.at("Sr"), true, 0) == plain);
    CHECK(plan_punch(untested, classes.at("Sr"), true, 1) == spray_easy);
}

TEST_CASE("without UDP at either end nothing is tried") {
    auto blocked = classes.at("C3");
    blocked.udp = false;
    CHECK(plan_punch(blocked, classes.at("P"), true, 0) == none);
    CHECK(plan_punch(classes.at("P"), blocked, true, 0) == none);
}

TEST_CASE("what a peer is told of a report") {
    nat_report own;
    own.mapping = nat_mapping::address_port_dependent;
    CHECK_FALSE(told_of(own, true).spray);  // the ports were not looked at yet
    own.ports = {40000, 3000, 65000, 21000};
    CHECK(told_of(own, true).spray);
    CHECK_FALSE(told_of(own, false).spray);
    CHECK_FALSE(told_of(own, true).port_low);
    own.ports = {40003, 40002, 40001, 40000};
    own.step = -1;
    const auto told = told_of(own, true);
    CHECK(told.port_step == 65535);
    CHECK(told.port_low == 40000);
    CHECK(told.port_high == 40003);
    own.udp_works = false;
    CHECK_FALSE(told_of(own, true).udp);
}
