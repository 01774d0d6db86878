#include "buri/store/key_file.hpp"

#include "tests/unit/store/directory_contents.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

namespace buri::store {
namespace {

using test::content_of;
using test::mode_of;

const std::string pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n";

TEST_CASE("a private key comes back as it was saved, readable by its owner only") {
    const test::scratch_directory dir;
    REQUIRE(save_private_key(dir / "identity.pem", pem));
    CHECK(mode_of(dir / "identity.pem") == 0600);
    CHECK(*load_private_key(dir / "identity.pem") == pem);
}

TEST_CASE("a key file that is missing is told from one that cannot be used") {
    const test::scratch_directory dir;
    const auto key = load_private_key(dir / "identity.pem");
    REQUIRE(key);
    CHECK_FALSE(*key);
}

TEST_CASE("a private key that anybody else has any right to is refused, with the command that mends it") {
    const test::scratch_directory dir;
    const auto file = dir / "identity.pem";
    REQUIRE(save_private_key(file, pem));
    for (unsigned bit = 01; bit <= 040; bit <<= 1U) {
        REQUIRE(::chmod(file.c_str(), 0600 | bit) == 0);
        const auto key = load_private_key(file);
        REQUIRE_FALSE(key);
        CHECK(key.error().code == errc::key_file);
        CHECK(test::contains(key.error().text, "chmod 600 '" + file.string() + "'"));
    }
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    CHECK(test::contains(load_private_key(file).error().text, "mode 0644"));
    REQUIRE(::chmod(file.c_str(), 0400) == 0);
    CHECK(*load_private_key(file) == pem);
}

TEST_CASE("the mode that counts is that of the file behind a link") {
    const test::scratch_directory dir;
    REQUIRE(save_private_key(dir / "real.pem", pem));
    std::filesystem::create_symlink(dir / "real.pem", dir / "identity.pem");
    CHECK(*load_private_key(dir / "identity.pem") == pem);
    REQUIRE(::chmod((dir / "real.pem").c_str(), 0640) == 0);
    CHECK_FALSE(load_private_key(dir / "identity.pem"));
}

TEST_CASE("what is not a regular file is no key") {
    const test::scratch_directory dir;
    REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
    std::filesystem::create_directory(dir / "directory");
    for (const auto* const name : {"fifo", "directory"}) {
        const auto key = load_private_key(dir / name);
        REQUIRE_FALSE(key);
        CHECK(key.error().code == errc::key_file);
        CHECK(test::contains(key.error().text, "not a regular file"));
    }
}

TEST_CASE("an empty key file is refused, not taken for a missing one") {
    const test::scratch_directory dir;
    REQUIRE(save_private_key(dir / "identity.pem", ""));
    const auto key = load_private_key(dir / "identity.pem");
    REQUIRE_FALSE(key);
    CHECK(key.error().code == errc::key_file);
}

TEST_CASE("a private key is never replaced") {
    const test::scratch_directory dir;
    REQUIRE(save_private_key(dir / "identity.pem", pem));
    const auto saved = save_private_key(dir / "identity.pem", "another");
    REQUIRE_FALSE(saved);
    CHECK(saved.error().code == errc::key_file);
    CHECK(test::contains(saved.error().text, "never replaced"));
    CHECK(content_of(dir / "identity.pem") == pem);

    // Not even where the name is a link to nothing.
    std::filesystem::create_symlink(dir / "gone", dir / "linked.pem");
    CHECK_FALSE(save_private_key(dir / "linked.pem", pem));
    CHECK_FALSE(std::filesystem::exists(dir / "gone"));
}

TEST_CASE("a public key can be read by everybody and replaced") {
    const test::scratch_directory dir;
    REQUIRE(save_public_key(dir / "identity.pub", "ssh-ed25519 AAAA old\n"));
    REQUIRE(save_public_key(dir / "identity.pub", "ssh-ed25519 AAAA new\n"));
    CHECK(mode_of(dir / "identity.pub") == 0644);
    CHECK(content_of(dir / "identity.pub") == "ssh-ed25519 AAAA new\n");
}

}  // namespace
}  // namespace buri::store
