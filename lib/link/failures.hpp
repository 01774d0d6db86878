#pragma once
// Why no way led to the server, as one error.
#include "buri/base/result.hpp"
#include "buri/link/way.hpp"

#include <string>
#include <vector>

namespace buri::link {

struct failure {
    std::string what;  ///< "TCP to 198.51.100.7:12975"; empty if the error says that itself
    error why;
};

/// The other side has answered, and so that another way is of no use.
bool is_decisive(errc code);

/// A decisive one as it is; else all of them, each once. `whom`: "the server 'vpn.example.org'".
error join_failures(const std::vector<failure>& all, const std::string& whom);

}  // namespace buri::link
