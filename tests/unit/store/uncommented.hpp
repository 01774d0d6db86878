#pragma once
// A template with all its keys set: "#key = value" becomes "key = value"; prose begins with "# ".
#include <sstream>
#include <string>

namespace buri::test {

inline std::string uncommented(const std::string& text) {
    std::istringstream in(text);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        const bool is_key = line.size() > 1 && line[0] == '#' && line[1] != ' ';
        out += (is_key ? line.substr(1) : line) + "\n";
    }
    return out;
}

}  // namespace buri::test
