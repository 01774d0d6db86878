#pragma once
// Somebody at a command line: what they type, what they see.
#include "cli/run.hpp"

#include <deque>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace buri::test {

struct session {
    std::string input;
    bool has_terminal = false;
    std::map<std::string, std::string> environment;
    std::deque<std::string> secrets;                     ///< typed at prompts
    std::deque<std::string> lines;                       ///< typed at questions
    wall_time now{std::chrono::seconds(1'767'323'045)};  ///< 2026-01-02T03:04:05Z
    cli::processes processes;

    int exit = -1;
    std::string out;
    std::string err;
    std::vector<std::string> prompts;

    /// Words apart by blanks.
    int run(const std::string& words) {
        std::istringstream from(words);
        std::vector<std::string> list;
        for (std::string word; from >> word;)
            list.push_back(word);
        return run(list);
    }

    int run(const std::vector<std::string>& words) {
        std::istringstream in(input);
        std::ostringstream answers;
        std::ostringstream remarks;
        cli::surroundings around{.in = in,
                                 .out = answers,
                                 .err = remarks,
                                 .is_in_terminal = has_terminal,
                                 .is_out_terminal = has_terminal,
                                 .is_err_terminal = has_terminal,
                                 .variable = [this](const std::string& name) { return find(name); },
                                 .ask_secret = [this](const std::string& prompt) { return typed(secrets, prompt); },
                                 .ask = [this](const std::string& prompt) { return typed(lines, prompt); },
                                 .now = [this] { return now; },
                                 .run = processes};
        exit = cli::run(words, around);
        out = answers.str();
        err = remarks.str();
        return exit;
    }

private:
    std::optional<std::string> find(const std::string& name) const {
        const auto found = environment.find(name);
        if (found == environment.end()) return std::nullopt;
        return found->second;
    }

    std::optional<std::string> typed(std::deque<std::string>& from, const std::string& prompt) {
        prompts.push_back(prompt);
        if (from.empty()) return std::nullopt;
        auto text = from.front();
        from.pop_front();
        return text;
    }
};

}  // namespace buri::test
