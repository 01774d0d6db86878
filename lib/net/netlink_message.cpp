#include "buri/net/netlink_message.hpp"

#include <linux/netlink.h>

#include <algorithm>

namespace buri::net {
namespace {

/// The length with padding to four bytes.
constexpr std::size_t padded(std::size_t length) {
    return (length + 3) & ~std::size_t{3};
}

constexpr std::uint16_t type_mask = 0x3fff;  // without the flags for nesting and byte order

void set_length(bytes& data, std::size_t at, std::size_t header) {
    if (header == sizeof(nlmsghdr)) {
        const auto length = static_cast<std::uint32_t>(data.size() - at);
        std::memcpy(&data[at], &length, sizeof length);
    } else {
        const auto length = static_cast<std::uint16_t>(data.size() - at);
        std::memcpy(&data[at], &length, sizeof length);
    }
}

}  // namespace

netlink_request::netlink_request(std::uint16_t type, unsigned flags) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(flags);
    append_padded(bytes_of(header));
}

void netlink_request::append_padded(byte_view data) {
    append(data_, data);
    data_.resize(padded(data_.size()));
}

netlink_request& netlink_request::attribute(unsigned type, byte_view value) {
    const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()), static_cast<std::uint16_t>(type)};
    append_padded(bytes_of(header));
    append_padded(value);
    return *this;
}

std::size_t netlink_request::open(unsigned type) {
    const auto at = data_.size();
    attribute(type | NLA_F_NESTED, {});
    return at;
}

void netlink_request::close(std::size_t opened) {
    set_length(data_, opened, sizeof(nlattr));
}

byte_view netlink_request::finish(std::uint32_t sequence) {
    set_length(data_, 0, sizeof(nlmsghdr));
    std::memcpy(&data_[offsetof(nlmsghdr, nlmsg_seq)], &sequence, sizeof sequence);
    return data_;
}

std::optional<netlink_message> next_message(byte_view& rest) {
    const auto header = fixed_part<nlmsghdr>(rest);
    if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > rest.size()) return std::nullopt;
    const auto body = rest.first(header->nlmsg_len).subspan(sizeof(nlmsghdr));
    rest = rest.subspan(std::min(padded(header->nlmsg_len), rest.size()));
    return netlink_message{header->nlmsg_type, header->nlmsg_flags, header->nlmsg_seq, body};
}

byte_view find_attribute(byte_view body, std::size_t skip, unsigned type) {
    auto rest = body.subspan(std::min(padded(skip), body.size()));
    while (const auto header = fixed_part<nlattr>(rest)) {
        if (header->nla_len < sizeof(nlattr) || header->nla_len > rest.size()) break;
        if ((header->nla_type & type_mask) == type) return rest.first(header->nla_len).subspan(sizeof(nlattr));
        rest = rest.subspan(std::min(padded(header->nla_len), rest.size()));
    }
    return {};
}

}  // namespace buri::net
