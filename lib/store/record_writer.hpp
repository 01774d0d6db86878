#pragma once
// Operations as statements. What could not be read again is not written.
#include "buri/base/records.hpp"
#include "buri/base/result.hpp"
#include "buri/store/sqlite_connection.hpp"

#include <vector>

namespace buri::store {

/// The statements over one connection, prepared once.
class record_writer {
public:
    static result<record_writer> prepare(sqlite_connection& connection);

    /// Inside the caller's transaction.
    result<void> apply(const record_operation& operation);

private:
    explicit record_writer(std::vector<sqlite_statement> statements) : statements_(std::move(statements)) {}

    std::vector<sqlite_statement> statements_;  ///< by the index of the operation's type
};

}  // namespace buri::store
