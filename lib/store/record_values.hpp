#pragma once
// Fields of records as SQLite's integers, texts and blobs. No node is NULL, and so is no time.
#include "buri/base/ids.hpp"
#include "buri/base/privilege.hpp"
#include "buri/base/time_point.hpp"
#include "buri/store/sqlite_connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace buri::store {

/// Binds one field after another. Texts and blobs must live until the statement has run.
class field_binder {
public:
    explicit field_binder(sqlite_statement& statement) : statement_(statement) {}

    void operator()(std::string_view, std::uint64_t value) { integer(static_cast<std::int64_t>(value)); }
    void operator()(std::string_view, std::uint32_t value) { integer(value); }
    void operator()(std::string_view, bool value) { integer(value ? 1 : 0); }
    void operator()(std::string_view, privilege_set value) { integer(value.bits()); }
    void operator()(std::string_view, wall_time value) { integer(value.time_since_epoch().count()); }
    void operator()(std::string_view, node_id value);
    void operator()(std::string_view, const std::optional<wall_time>& value);
    void operator()(std::string_view, const std::string& value);
    void operator()(std::string_view, const network_name& value);
    void operator()(std::string_view, const bytes& value);

private:
    void integer(std::int64_t value) { statement_.bind(next_++, value); }

    sqlite_statement& statement_;
    int next_ = 0;
};

/// Reads one column after another of the row that the statement is at.
class field_reader {
public:
    explicit field_reader(const sqlite_statement& row) : row_(row) {}

    void operator()(std::string_view, std::uint64_t& value);
    void operator()(std::string_view, std::uint32_t& value);
    void operator()(std::string_view, bool& value);
    void operator()(std::string_view, privilege_set& value);
    void operator()(std::string_view, wall_time& value);
    void operator()(std::string_view, node_id& value);
    void operator()(std::string_view, std::optional<wall_time>& value);
    void operator()(std::string_view, std::string& value);
    void operator()(std::string_view, network_name& value);
    void operator()(std::string_view, bytes& value);

    /// Whether every column had a value of its field's type.
    [[nodiscard]] bool has_fitted() const { return has_fitted_; }
    /// The column after those that were read.
    [[nodiscard]] int next() const { return next_; }

private:
    /// `least` if there is no such integer.
    std::uint64_t integer(std::uint64_t least, std::uint64_t most);
    bool skip_null();

    const sqlite_statement& row_;
    int next_ = 0;
    bool has_fitted_ = true;
};

}  // namespace buri::store
