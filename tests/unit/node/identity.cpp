#include "buri/node/identity.hpp"

#include "buri/store/files.hpp"
#include "buri/store/key_file.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

namespace buri::node {
namespace {

namespace fs = std::filesystem;

/// A state directory over several starts of the node.
struct starts {
    identity start() {
        auto found = identity::open(dir.path(), store::identity_key_type::ed25519, std::nullopt, random);
        REQUIRE(found);
        return std::move(*found);
    }
    crypto::identity_key new_key() { return make_identity_key(crypto::key_type::ed25519, random); }
    [[nodiscard]] bool has(const std::string& name) const { return fs::exists(dir / name); }
    [[nodiscard]] bytes stored(const std::string& name) const {
        const auto pem = store::load_private_key(dir / name);
        REQUIRE(pem);
        REQUIRE(*pem);
        return crypto::identity_key::from_pem(**pem)->public_part().blob();
    }

    test::scratch_directory dir;
    test::seeded_random random{1};
};

bytes blob(const crypto::identity_key& key) {
    return key.public_part().blob();
}

}  // namespace

TEST_CASE("a key is made once, and is the same at every start") {
    starts on;
    const auto first = on.start();
    CHECK(first.is_made());
    CHECK(first.next() == nullptr);
    const auto second = on.start();
    CHECK_FALSE(second.is_made());
    CHECK(blob(second.key()) == blob(first.key()));
    CHECK(on.has("identity.pub"));
}

TEST_CASE("a wish for another kind of key than there is, is refused with what to do") {
    starts on;
    on.start();
    const auto other =
        identity::open(on.dir.path(), store::identity_key_type::ed25519, store::identity_key_type::rsa, on.random);
    REQUIRE_FALSE(other);
    CHECK(other.error().code == errc::key_unsuitable);
    CHECK(other.error().text.find("vpn keys rotate") != std::string::npos);
}

TEST_CASE("a staged key is durable and its owner's only, and the present one is still in use") {
    starts on;
    auto self = on.start();
    const auto present = blob(self.key());
    REQUIRE(self.stage(on.new_key()));
    struct stat about {};
    REQUIRE(::stat((on.dir / "identity.next.pem").c_str(), &about) == 0);
    CHECK((about.st_mode & 07777U) == 0600);
    CHECK(blob(self.key()) == present);
    REQUIRE(self.next() != nullptr);
    CHECK(on.stored("identity.next.pem") == blob(*self.next()));
}

TEST_CASE("an adopted key is in the place of the old one, in memory and in every file") {
    starts on;
    auto self = on.start();
    const auto& in_use = self.key();
    REQUIRE(self.stage(on.new_key()));
    const auto next = blob(*self.next());
    REQUIRE(self.adopt());
    CHECK(blob(in_use) == next);
    CHECK(self.next() == nullptr);
    CHECK_FALSE(on.has("identity.next.pem"));
    CHECK(on.stored("identity.pem") == next);
    const auto line = store::read_file(on.dir / "identity.pub", 4096);
    CHECK(**line == self.key().public_part().openssh_line("vpn"));
    CHECK(blob(on.start().key()) == next);
}

TEST_CASE("a refused key is gone, and another can be staged") {
    starts on;
    auto self = on.start();
    const auto present = blob(self.key());
    REQUIRE(self.stage(on.new_key()));
    REQUIRE(self.discard());
    CHECK_FALSE(on.has("identity.next.pem"));
    CHECK(self.next() == nullptr);
    CHECK(blob(self.key()) == present);
    CHECK(self.stage(on.new_key()));
}

// ---- crashes ------------------------------------------------------------------------------------------------------

TEST_CASE("a crash before the server heard of the key: the present one goes on, the staged one is still there") {
    starts on;
    auto before = on.start();
    REQUIRE(before.stage(on.new_key()));
    auto after = on.start();
    CHECK(blob(after.key()) == blob(before.key()));
    CHECK_FALSE(*after.on_accepted());
    REQUIRE(after.next() != nullptr);
    CHECK(blob(*after.next()) == blob(*before.next()));
}

TEST_CASE("a crash after the server took the key: the old one is refused, the new one is tried and kept") {
    starts on;
    auto before = on.start();
    REQUIRE(before.stage(on.new_key()));
    const auto next = blob(*before.next());
    auto after = on.start();
    REQUIRE(after.try_other());
    CHECK(blob(after.key()) == next);
    CHECK(after.next() == nullptr);
    CHECK(on.has("identity.next.pem"));
    CHECK(*after.on_accepted());
    CHECK(blob(after.key()) == next);
    CHECK(on.stored("identity.pem") == next);
    CHECK_FALSE(on.has("identity.next.pem"));
    CHECK_FALSE(*after.on_accepted());
}

TEST_CASE("a crash while the new key is on trial loses neither key") {
    starts on;
    auto before = on.start();
    const auto present = blob(before.key());
    REQUIRE(before.stage(on.new_key()));
    auto trying = on.start();
    REQUIRE(trying.try_other());
    auto after = on.start();
    CHECK(blob(after.key()) == present);
    REQUIRE(after.try_other());
    CHECK(*after.on_accepted());
}

TEST_CASE("a crash between the two renamings leaves a public key file that the next start mends") {
    starts on;
    auto before = on.start();
    REQUIRE(before.stage(on.new_key()));
    const auto next = blob(*before.next());
    fs::rename(on.dir / "identity.next.pem", on.dir / "identity.pem");
    auto after = on.start();
    CHECK(blob(after.key()) == next);
    CHECK(after.next() == nullptr);
    const auto line = store::read_file(on.dir / "identity.pub", 4096);
    CHECK(**line == after.key().public_part().openssh_line("vpn"));
}

TEST_CASE("a server that refuses both keys sees them in turn, and neither is lost") {
    starts on;
    auto self = on.start();
    const auto present = blob(self.key());
    REQUIRE(self.stage(on.new_key()));
    const auto next = blob(*self.next());
    for (int i = 0; i < 3; ++i) {
        CHECK(self.try_other());
        CHECK(blob(self.key()) == next);
        CHECK_FALSE(self.try_other());
        CHECK(blob(self.key()) == present);
    }
    CHECK(on.stored("identity.pem") == present);
    CHECK(on.stored("identity.next.pem") == next);
}

TEST_CASE("without a staged key there is no other one to try") {
    starts on;
    auto self = on.start();
    CHECK_FALSE(self.try_other());
    CHECK_FALSE(*self.on_accepted());
}

TEST_CASE("the new key is in use even if its file cannot be renamed, and the next start finds both") {
    starts on;
    auto self = on.start();
    REQUIRE(self.stage(on.new_key()));
    const auto next = blob(*self.next());
    fs::rename(on.dir / "identity.next.pem", on.dir / "elsewhere");
    CHECK_FALSE(self.adopt());
    CHECK(blob(self.key()) == next);
    fs::rename(on.dir / "elsewhere", on.dir / "identity.next.pem");
    auto after = on.start();
    REQUIRE(after.try_other());
    CHECK(*after.on_accepted());
    CHECK(blob(after.key()) == next);
}

TEST_CASE("a staged key that others can read, or that is no key, is not passed over") {
    starts on;
    auto self = on.start();
    REQUIRE(self.stage(on.new_key()));
    const auto file = on.dir / "identity.next.pem";
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    const auto open = [&] {
        return identity::open(on.dir.path(), store::identity_key_type::ed25519, std::nullopt, on.random);
    };
    CHECK(open().error().code == errc::key_file);
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
    REQUIRE(store::write_file_durably(file, "nonsense", 0600));
    const auto damaged = open();
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().text.find("identity.next.pem") != std::string::npos);
}

}  // namespace buri::node
