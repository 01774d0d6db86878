#pragma once
// Every command, once. Dispatch, argument parsing, help, completions and the command section of vpn(1) are made from
// this table.
#include "buri/base/result.hpp"

#include <span>
#include <string>
#include <string_view>

namespace buri::cli {

class invocation;

/// What a value is, for checking it and for completing it.
enum class value_kind {
    text,
    number,  ///< from 1 on
    count,   ///< from 0 on
    seconds,
    port,
    moment,  ///< see moment.hpp
    file,
    directory,
    network,
    peer,
    privileges,  ///< names apart by commas
    choice
};

struct argument_info {
    std::string_view name;  ///< NETWORK
    value_kind kind = value_kind::text;
    bool is_required = true;
    std::string_view help;
    std::string_view choices = {};  ///< for value_kind::choice: "bash zsh fish"
};

struct option_info {
    std::string_view name;        ///< --count
    std::string_view short_name;  ///< -c, or empty
    std::string_view value;       ///< N; empty: a flag
    std::string_view help;
    value_kind kind = value_kind::text;
    bool is_value_optional = false;
    std::string_view choices = {};
};

/// One field of what --json prints.
struct field_info {
    std::string_view name;
    std::string_view meaning;
};

/// The exit code, or the error that decides it.
using handler = result<int> (*)(invocation& call);

struct command_info {
    std::string_view path;  ///< "join", "server init", "server plan set"
    std::string_view group;
    std::string_view summary;  ///< lower case, no full stop
    std::span<const argument_info> arguments;
    std::span<const option_info> options;
    std::string_view description;  ///< sentences
    std::string_view example;      ///< lines
    std::string_view json;         ///< what --json prints, in a sentence; empty: nothing
    std::span<const field_info> fields;
    handler run = nullptr;
    bool is_hidden = false;
};

/// Words that need another one behind them: "server", "server plan".
struct family_info {
    std::string_view path;
    std::string_view summary;
};

struct group_info {
    std::string_view name;
    std::string_view summary;  ///< empty: the overview has a line for each of its commands
};

std::span<const command_info> all_commands();
/// In the order of the table.
std::span<const group_info> all_groups();
std::span<const family_info> all_families();
/// Accepted by every command, before and after its name.
std::span<const option_info> global_options();

const command_info* find_command(std::string_view path);
const family_info* find_family(std::string_view path);

/// "vpn join NETWORK [--password-stdin] …"
std::string usage_line(const command_info& command);

}  // namespace buri::cli
