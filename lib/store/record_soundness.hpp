#pragma once
// What both reading and writing hold a record to, so that nothing is written that a later start would refuse.
#include "buri/base/records.hpp"

#include <cstdint>

namespace buri::store {

/// Whether it can be an INTEGER PRIMARY KEY.
bool is_row_id(std::uint64_t id);

bool is_sound(const account_record& account);
bool is_sound(const network_record& network);
bool is_sound(const member_record& member);
bool is_sound(const ban_record& ban);
bool is_sound(const invite_record& invite);
bool is_sound(const announcement_record& announcement);
bool is_sound(const licence_record& licence);
bool is_sound(const relay_record& relay);
bool is_sound(const audit_record& entry);

}  // namespace buri::store
