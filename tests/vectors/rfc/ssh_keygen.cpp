// Key blobs and fingerprints, live against OpenSSH's ssh-keygen.
#include "buri/crypto/identity_key.hpp"
#include "buri/crypto/system_random.hpp"
#include "tests/vectors/rfc/hex.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

namespace buri::test::vectors {
namespace {

/// A directory that goes with the test.
struct scratch {
    std::filesystem::path path;
    scratch() {
        std::string name = std::filesystem::temp_directory_path() / "buri-keygen-XXXXXX";
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() { std::filesystem::remove_all(path); }
};

struct closes_pipe {
    void operator()(std::FILE* pipe) const { pclose(pipe); }
};

std::string output_of(const std::string& command) {
    INFO(command);
    const std::unique_ptr<std::FILE, closes_pipe> pipe(popen(command.c_str(), "r"));
    REQUIRE(pipe != nullptr);
    std::string out;
    std::array<char, 512> part{};
    while (std::fgets(part.data(), part.size(), pipe.get()) != nullptr)
        out += part.data();
    INFO("ssh-keygen must be installed (package openssh-client)");
    REQUIRE_FALSE(out.empty());
    return out;
}

void write(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path) << text;
    REQUIRE(chmod(path.c_str(), 0600) == 0);
}

std::string word(const std::string& line, std::size_t number) {
    std::size_t start = 0;
    for (; number > 0; --number)
        start = line.find(' ', start) + 1;
    return line.substr(start, line.find_first_of(" \n", start) - start);
}

/// "hh:hh:..." from ssh-keygen's "SHA1:base64".
std::string as_classic(const std::string& sha1_base64) {
    std::string out;
    const auto digest = from_base64(sha1_base64).value();
    for (const auto byte : digest) {
        if (!out.empty()) out += ':';
        out += to_hex({&byte, 1});
    }
    return out;
}

void compare(const crypto::identity_key& key) {
    const scratch directory;
    const auto& blob = key.public_part().blob();
    const auto public_file = (directory.path / "key.pub").string();
    const auto private_file = (directory.path / "key.pem").string();
    write(public_file, key.public_part().openssh_line("laptop of Ada"));
    CHECK(word(output_of("ssh-keygen -lf " + public_file), 1) == crypto::fingerprint(blob));
    const auto sha1 = word(output_of("ssh-keygen -E sha1 -lf " + public_file), 1);
    REQUIRE(sha1.substr(0, 5) == "SHA1:");
    CHECK(as_classic(sha1.substr(5)) == crypto::classic_fingerprint(blob));
    write(private_file, key.to_pem());
    if (key.type() == crypto::key_type::rsa) {
        const auto line = output_of("ssh-keygen -y -f " + private_file);
        CHECK(from_base64(word(line, 1)) == blob);
    }
}

}  // namespace

TEST_CASE("our keys' blobs and fingerprints are those that ssh-keygen prints") {
    crypto::system_random random;
    compare(crypto::identity_key::generate_ed25519(random));
    for (const unsigned bits : {2048U, 3072U})
        compare(crypto::identity_key::generate_rsa(bits));
}

TEST_CASE("blobs of keys that ssh-keygen made are read, and written the same") {
    for (const std::string type : {"ed25519", "rsa -b 2048", "rsa -b 4096"}) {
        const scratch directory;
        const auto file = (directory.path / "key").string();
        output_of("ssh-keygen -q -N '' -C test -t " + type + " -f " + file + " && echo made");
        std::string line;
        std::getline(std::ifstream(file + ".pub"), line);
        const auto key = crypto::public_key::from_blob(from_base64(word(line, 1)).value());
        REQUIRE(key);
        CHECK(key->openssh_line("test") == line + "\n");
        CHECK(word(output_of("ssh-keygen -lf " + file + ".pub"), 1) == crypto::fingerprint(key->blob()));
    }
}

}  // namespace buri::test::vectors
