#include "cli/data_plane_view.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::cli;

namespace {

const palette plain_text(false);

}  // namespace

TEST_CASE("the data plane's state tells what is in use, what a call carries, and what went wrong") {
    const wire::json plane{
        {"threads", 2},
        {"aes", "ipsec-mb AVX512/VAES"},
        {"chacha", "OpenSSL"},
        {"tun_headers", true},
        {"tun_checksums", true},
        {"tun_tcp", true},
        {"tun_udp", false},
        {"udp_segmentation", true},
        {"udp_coalescing", false},
        {"receive_buffer", 16'777'216},
        {"read", {{"calls", 10}, {"packets", 440}}},
        {"sent", {{"calls", 0}, {"packets", 0}}},
        {"fallbacks", 3},
        {"refused", 1},
        {"truncated", 0},
    };
    CHECK(data_plane_view({{"data_plane", plane}}, plain_text) ==
          "\n"
          "threads    2\n"
          "sealing    aes ipsec-mb AVX512/VAES  chacha OpenSSL\n"
          "interface  super-packets of TCP, checksums\n"
          "socket     segmentation  buffer 16.8 MB\n"
          "read       44.0 packets a call (440 in 10)\n"
          "trouble    3 fallbacks, 1 refused\n");
}

TEST_CASE("a machine without offloads, and a daemon that tells nothing, have their words") {
    const auto text = data_plane_view({{"data_plane", {{"threads", 1}}}}, plain_text);
    CHECK_THAT(text, Catch::Contains("interface  nothing: one packet a call") && Catch::Contains("trouble    none"));
    CHECK(data_plane_view({{"state", "online"}}, plain_text).empty());
}
