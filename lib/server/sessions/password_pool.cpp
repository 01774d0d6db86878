#include "buri/server/sessions/password_pool.hpp"

#include "buri/base/secret.hpp"
#include "buri/crypto/password_hash.hpp"
#include "buri/crypto/system_random.hpp"

#include <asio/post.hpp>

namespace buri::server {
namespace {

core::password_outcome hash(const core::password_work& work) {
    if (!work.against.empty()) return {work.against, crypto::password_matches(work.password, work.against)};
    crypto::system_random random;
    return {crypto::hash_password(work.password, random), true};
}

}  // namespace

password_pool::password_pool(const asio::any_io_executor& executor, listener on_done)
    : executor_(executor), on_done_(std::make_shared<listener>(std::move(on_done))) {}

password_pool::~password_pool() {
    on_done_.reset();
    thread_.stop();
    thread_.join();
}

void password_pool::submit(std::uint64_t ticket, core::password_work work) {
    // The thread owns no listener: its last owner must be the executor's thread.
    asio::post(thread_, [executor = executor_, listener = std::weak_ptr(on_done_), ticket, work = std::move(work)] {
        asio::post(executor, [listener, ticket, outcome = hash(work)] {
            if (const auto on_done = listener.lock()) (*on_done)(ticket, outcome);
        });
    });
}

}  // namespace buri::server
