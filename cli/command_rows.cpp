#include "cli/command_rows.hpp"

#include "cli/rows/rows.hpp"

#include <vector>

namespace buri::cli {

std::span<const command_info> command_rows() {
    static const auto all = [] {
        std::vector<command_info> out;
        for (const auto rows : {run_rows(), network_rows(), administration_rows(), peer_rows(), account_rows(),
                                look_rows(), server_rows(), relay_rows()})
            out.insert(out.end(), rows.begin(), rows.end());
        return out;
    }();
    return all;
}

}  // namespace buri::cli
