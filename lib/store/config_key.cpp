#include "buri/store/config_key.hpp"

#include <sstream>

namespace buri::store {
namespace {

/// Lines of at most `width`, each beginning with the prefix.
std::string wrapped(std::string_view text, std::string_view prefix, std::size_t width) {
    std::istringstream words{std::string(text)};
    std::string out;
    std::string line(prefix);
    for (std::string word; words >> word;) {
        if (line.size() > prefix.size() && line.size() + 1 + word.size() > width) {
            out += line + "\n";
            line = prefix;
        }
        if (line.size() > prefix.size()) line += ' ';
        line += word;
    }
    return out + line + "\n";
}

std::string with_full_stop(std::string_view phrase) {
    std::string text(phrase);
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 32);
    return text + ".";
}

/// In mdoc a sentence begins on a line of its own.
std::string man_text(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = text.find(". ");
        const auto sentence = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
        out += wrapped(sentence, "", 78);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return out;
}

/// One argument of a macro.
std::string man_argument(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') {
            out += "\\(dq";
        } else if (c == '\\') {
            out += "\\e";
        } else {
            out += c;
        }
    }
    return out + "\"";
}

}  // namespace

std::string man_section(std::span<const config_key> keys) {
    std::string out = ".Bl -tag -width Ds\n";
    for (const auto& key : keys) {
        out +=
            ".It Cm " + std::string(key.name) + "\n" + man_text(key.sentence) + man_text(with_full_stop(key.allowed));
        if (key.default_text.empty()) {
            out += "There is no default; an example:\n.Ql " + man_argument(key.example) + " .\n";
        } else {
            out += "The default is\n.Ql " + man_argument(key.default_text);
            for (const auto& other : key.other_defaults)
                out += " ,\nin\n.Cm " + other.table + "\n.Ql " + man_argument(other.text);
            out += " .\n";
        }
    }
    return out + ".El\n";
}

std::string comment_of(const config_key& key) {
    return wrapped(key.sentence, "# ", 100) + wrapped(with_full_stop(key.allowed), "# ", 100);
}

}  // namespace buri::store
