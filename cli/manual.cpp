#include "cli/manual.hpp"

#include "buri/base/errors.hpp"
#include "cli/command_table.hpp"
#include "cli/json_shapes.hpp"
#include "cli/manual_text.hpp"

#include <algorithm>
#include <string_view>

namespace buri::cli {
namespace {

/// Text as roff takes it: no escapes by accident, no request at the start of a line, hyphens that can be copied.
std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool at_start = out.empty() || out.back() == '\n';
        if (at_start && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else if (c == '\'') {
            out += "\\(aq";
        } else {
            out += c;
        }
    }
    return out;
}

std::string upper(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

std::string item(const std::string& term, std::string_view text) {
    return ".TP\n" + term + "\n" + roff(text) + "\n";
}

std::string option_item(const option_info& option) {
    std::string term = "\\fB" + roff(option.name) + "\\fR";
    if (!option.short_name.empty()) term += ", \\fB" + roff(option.short_name) + "\\fR";
    if (!option.value.empty()) term += (option.is_value_optional ? "[=\\fI" : " \\fI") + roff(option.value) + "\\fR";
    if (option.is_value_optional) term += "]";
    return item(term, option.help);
}

std::string synopsis(const command_info& command) {
    std::string out = ".SS \"vpn " + std::string(command.path);
    for (const auto& argument : command.arguments) {
        out += (argument.is_required ? " " : " [") + std::string(argument.name) + (argument.is_required ? "" : "]");
    }
    return out + (command.options.empty() ? "" : " [options]") + "\"\n";
}

std::string json_of(const command_info& command) {
    if (command.json.empty()) return {};
    std::string out = ".PP\nWith \\fB\\-\\-json\\fR: " + roff(command.json);
    const auto shape = std::ranges::find_if(
        json_shapes, [&](const json_shape& each) { return each.fields.data() == command.fields.data(); });
    if (shape != json_shapes.end()) return out + " See " + std::string(shape->name) + " under JSON.\n";
    out += "\n";
    for (const auto& field : command.fields)
        out += item("\\fB" + roff(field.name) + "\\fR", field.meaning);
    return out;
}

std::string command_section(const command_info& command) {
    std::string out = synopsis(command);
    std::string summary(command.summary);
    summary.front() = upper(summary.substr(0, 1)).front();
    out += roff(summary) + ".\n" + roff(command.description) + "\n";
    for (const auto& argument : command.arguments)
        out += item("\\fI" + roff(argument.name) + "\\fR", argument.help);
    for (const auto& option : command.options)
        out += option_item(option);
    out += json_of(command);
    return out + ".PP\n.nf\n.RS\n" + roff(command.example) + "\n.RE\n.fi\n";
}

std::string commands() {
    std::string out = ".SH COMMANDS\n";
    for (const auto& group : all_groups()) {
        for (const auto& command : all_commands()) {
            if (command.group == group.name && !command.is_hidden) out += command_section(command);
        }
    }
    return out;
}

std::string everywhere() {
    std::string out = ".SH OPTIONS\nEvery command takes these, before and after its name.\n";
    for (const auto& option : global_options())
        out += option_item(option);
    return out;
}

std::string shapes() {
    std::string out =
        ".SH JSON\nFields never change their meaning; new ones may come.\nWith \\fB\\-\\-json\\fR, a command that "
        "fails prints "
        "{error: an error} on standard output, besides the text on standard error.\n";
    for (const auto& shape : json_shapes) {
        out += ".SS " + std::string(shape.name) + "\n";
        for (const auto& field : shape.fields)
            out += item("\\fB" + roff(field.name) + "\\fR", field.meaning);
    }
    return out;
}

std::string errors() {
    std::string out = ".SH ERRORS\nName, number, exit code, meaning.\n";
    for (const auto& row : all_errors()) {
        out += item("\\fB" + std::string(row.name) + "\\fR  " + std::to_string(static_cast<unsigned>(row.code)) +
                        "  exit " + std::to_string(row.exit_code),
                    row.sentence);
    }
    return out;
}

}  // namespace

std::string manual_page() {
    std::string out(manual_head);
    out += everywhere() + commands() + shapes() + errors();
    out += manual_exit_codes;
    out += manual_local_interface;
    return out + std::string(manual_tail);
}

}  // namespace buri::cli
