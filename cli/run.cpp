#include "cli/run.hpp"

#include "cli/command_line.hpp"
#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/help.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <vector>

namespace buri::cli {
namespace {

constexpr int usage_exit = 2;

bool has_word(std::span<const std::string> words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// No command was named: only asking for help or the version makes sense.
int run_without_command(std::span<const std::string> words, surroundings& around) {
    if (has_word(words, "-h") || has_word(words, "--help")) {
        around.out << overview();
        return 0;
    }
    if (has_word(words, "--version")) {
        invocation call(*find_command("version"), {}, around);
        return run_version(call).value_or(1);
    }
    around.err << overview();
    return usage_exit;
}

result<int> run_command(const chosen_command& chosen, surroundings& around) {
    auto values = parse_values(*chosen.command, chosen.rest);
    if (!values) return fail(std::move(values.error()));
    if (values->contains("--help")) {
        around.out << command_help(*chosen.command);
        return 0;
    }
    invocation call(*chosen.command, std::move(*values), around);
    return chosen.command->run(call);
}

/// Exceptions are faults of ours, or a machine without memory; they too end with a sentence.
result<int> run_guarded(const chosen_command& chosen, surroundings& around) {
    try {
        return run_command(chosen, around);
    } catch (const std::exception& problem) {
        return fail(errc::internal, std::string("the program failed: ") + problem.what());
    }
}

int report(const error& why, std::span<const std::string> words, surroundings& around) {
    around.err << complaint(why) << '\n';
    if (has_word(words, "--json"))
        around.out << error_document(why).dump(-1, ' ', false, wire::json::error_handler_t::replace) << '\n';
    return describe(why.code).exit_code;
}

/// `vpn server plan --help`: no command, but a topic.
int help_about(std::span<const std::string> words, surroundings& around) {
    std::vector<std::string> asked{"help"};
    for (const auto& word : words) {
        if (!word.starts_with('-')) asked.push_back(word);
    }
    return run(asked, around);
}

}  // namespace

int run(std::span<const std::string> words, surroundings& around) {
    const auto chosen = choose_command(words);
    if (!chosen && (has_word(words, "-h") || has_word(words, "--help"))) return help_about(words, around);
    if (!chosen) return report(chosen.error(), words, around);
    if (chosen->command == nullptr) return run_without_command(words, around);
    const auto code = run_guarded(*chosen, around);
    around.out.flush();
    return code ? *code : report(code.error(), words, around);
}

}  // namespace buri::cli
