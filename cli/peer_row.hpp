#pragma once
// A peer in a table, with Hamachi's mark.
#include "buri/wire/json.hpp"
#include "cli/text_table.hpp"

#include <string>
#include <vector>

namespace buri::cli {

/// * online and direct, ! online otherwise, without encryption or with a problem, blank offline; then address, name, state,
/// endpoint or relay, round trip and what is wrong.
std::vector<text_table::cell> peer_row(const wire::json& peer, std::string name);

/// "direct", "direct (tcp)", "relay"
std::string path_text(const wire::json& peer);
/// The relay's name, or the endpoint.
std::string way_text(const wire::json& peer);
text_table::cell round_trip(const wire::json& peer);

}  // namespace buri::cli
