#include "cli/given_text.hpp"

#include "buri/wire/utf8.hpp"
#include "cli/printable.hpp"

#include <algorithm>
#include <array>

namespace buri::cli {
namespace {

/// Enough to tell that it is too long, whatever comes.
std::string read_some(std::istream& from, std::size_t most) {
    std::string out(most + 1, '\0');
    from.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(from.gcount()));
    return out;
}

/// What printable() would change, but for tabs and line ends.
bool has_controls(std::string text) {
    std::erase(text, '\n');
    std::erase(text, '\t');
    return printable(text) != text;
}

}  // namespace

result<std::string> given_text(const invocation& call, const std::string& text, std::size_t most) {
    constexpr std::size_t slack = 64;  // of blanks at the end
    auto out = text == "-" ? read_some(call.around().in, most + slack) : text;
    out.erase(out.find_last_not_of(" \r\n\t") + 1);
    if (out.empty()) return fail(errc::text_invalid, "the text is empty. Write one, in quotes for the shell");
    if (out.size() > most) {
        return fail(errc::text_invalid, "the text is longer than " + std::to_string(most) + " bytes. Make it shorter");
    }
    if (!wire::is_utf8(out)) return fail(errc::text_invalid, "the text is not UTF-8. Write it in UTF-8");
    if (has_controls(out))
        return fail(errc::text_invalid, "the text holds control characters. Leave out all but tab and line end");
    return out;
}

}  // namespace buri::cli
