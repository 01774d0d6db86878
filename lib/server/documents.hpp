#pragma once
// What the operator sees of the directory, as JSON documents of the server's local interface (vpn(1), LOCAL INTERFACE).
#include "buri/core/mediator.hpp"
#include "buri/wire/json_fwd.hpp"

namespace buri::server {

struct document_source {
    const core::directory& records;
    const core::plan_table& plans;
    const core::mediator& presence;
    wall_time today;
};

wire::json account_summary(const document_source& from, const account_record& account);
/// The summary, where the account is a member or waits, and what software it runs, if it is online.
wire::json account_document(const document_source& from, const account_record& account);
wire::json network_summary(const document_source& from, const network_record& network);
/// The summary, who is in it, and how many bans and invites it has.
wire::json network_document(const document_source& from, const network_record& network);
wire::json plan_document(const plan& what, bool is_default);
wire::json licence_document(const licence_record& licence);
/// One of the fleet, or the server's own; `record` is null for that.
wire::json relay_document(const core::mediator& presence, std::uint32_t id, const relay_record* record);
wire::json log_document(const audit_record& entry);

}  // namespace buri::server
