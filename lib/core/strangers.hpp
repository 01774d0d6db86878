#pragma once
// How many are let in who have not shown yet who they are: of all, and from one IPv4 address or IPv6 /64. What a stranger costs is
// bounded by that.
#include "buri/base/endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace buri::core {

class strangers {
public:
    struct limits {
        std::size_t all = 0;
        std::size_t from_address = 0;
    };

    /// One of them; counted until it is destroyed. May outlive the counter.
    class guest {
    public:
        guest(guest&& other) noexcept = default;
        guest& operator=(guest&& other) noexcept;
        ~guest();

    private:
        friend class strangers;
        struct counts;
        guest(std::shared_ptr<counts> in, std::uint64_t from) : counts_(std::move(in)), from_(from) {}

        std::shared_ptr<counts> counts_;
        std::uint64_t from_ = 0;  ///< address_key()
    };

    explicit strangers(limits most);

    /// Nothing if there are too many.
    std::optional<guest> admit(const ip_address& from);
    [[nodiscard]] std::size_t count() const;

private:
    limits most_;
    std::shared_ptr<guest::counts> counts_;
};

}  // namespace buri::core
