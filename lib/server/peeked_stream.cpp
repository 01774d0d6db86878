#include "buri/server/peeked_stream.hpp"

#include <algorithm>

namespace buri::server {
namespace {

class peeked_stream final : public net::byte_stream {
public:
    peeked_stream(std::unique_ptr<net::byte_stream> rest, bytes begun)
        : rest_(std::move(rest)), begun_(std::move(begun)) {}

    asio::awaitable<result<std::size_t>> async_read(byte_span into, time_point deadline) override {
        if (read_ == begun_.size()) co_return co_await rest_->async_read(into, deadline);
        const auto count = std::min(into.size(), begun_.size() - read_);
        std::ranges::copy(byte_view(begun_).subspan(read_, count), into.begin());
        read_ += count;
        co_return count;
    }
    asio::awaitable<result<void>> async_write(byte_view data) override { co_return co_await rest_->async_write(data); }
    asio::awaitable<void> async_finish() override { co_await rest_->async_finish(); }
    void close() override { rest_->close(); }

    asio::any_io_executor get_executor() override { return rest_->get_executor(); }
    int native_handle() override { return rest_->native_handle(); }
    [[nodiscard]] const endpoint& remote() const override { return rest_->remote(); }
    [[nodiscard]] const std::string& way() const override { return rest_->way(); }
    [[nodiscard]] const std::string& protocol() const override { return rest_->protocol(); }
    [[nodiscard]] const net::peer_certificate* certificate() const override { return rest_->certificate(); }

private:
    std::unique_ptr<net::byte_stream> rest_;
    bytes begun_;
    std::size_t read_ = 0;
};

}  // namespace

std::unique_ptr<net::byte_stream> make_peeked_stream(std::unique_ptr<net::byte_stream> rest, bytes begun) {
    return std::make_unique<peeked_stream>(std::move(rest), std::move(begun));
}

}  // namespace buri::server
