#include "buri/wire/utf8.hpp"

#include <catch2/catch.hpp>

using buri::wire::clean_text;
using buri::wire::is_utf8;

TEST_CASE("the bounds of UTF-8 are those of RFC 3629") {
    for (const auto* good : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                             "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "caff\xc3\xa8"}) {
        CAPTURE(good);
        CHECK(is_utf8(good));
    }
    for (const auto* bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xc3", "\xe2\x82", "\xf0\x9f\x98",
                            "\xc3(", "\xe2\x28\xa1", "\xe2\x82\x28"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_utf8(bad));
    }
}

TEST_CASE("clean text is cut between characters and never longer than its limit") {
    CHECK(clean_text("caff\xc3\xa8", 6) == "caff\xc3\xa8");
    CHECK(clean_text("caff\xc3\xa8", 5) == "caff");
    CHECK(clean_text("caff\xc3\xa8", 0).empty());
}

TEST_CASE("clean text is always UTF-8") {
    CHECK(clean_text("a\xffz", 10) == "a?z");
    CHECK(clean_text("a\xe2\x82", 10) == "a??");
    CHECK(clean_text("\xed\xa0\x80", 10) == "???");
}
