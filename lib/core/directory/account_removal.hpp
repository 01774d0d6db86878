#pragma once
// Private to the rules: deleting an account, by its node or by the operator.
#include "buri/core/directory/rule_parts.hpp"

namespace buri::core {

/// With its memberships; the bans against it keep the key alone; licences that it used stay used. `entry` is the audit record; each
/// network it was in gets one like it. errc::owns_networks, unless they are to be deleted as well.
result<record_change> removal_of(const rule_input& input, const account_record& account, bool with_networks,
                                 const audit_record& entry, std::string_view doing);

}  // namespace buri::core
