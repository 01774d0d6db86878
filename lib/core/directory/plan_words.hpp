#pragma once
// Private to the rules: the plan of an account as the audit log says it.
#include "buri/base/records.hpp"

#include <string>

namespace buri::core {

/// "plan=premium until=2027-01-31T00:00:00Z", "plan=default".
std::string plan_in_words(const account_record& account);

}  // namespace buri::core
