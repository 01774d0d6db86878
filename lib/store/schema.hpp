#pragma once
// The server database's tables, as the steps that make them from any older version.
#include <cstdint>
#include <span>

namespace buri::store {

/// SQL that takes a database from the version before to `version`. Steps are numbered 1, 2, 3 … and never change once
/// released.
struct migration {
    std::int32_t version = 0;
    const char* sql = nullptr;
};

std::span<const migration> server_schema();

}  // namespace buri::store
