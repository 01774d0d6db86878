#include "buri/dataplane/told_already.hpp"

#include <algorithm>

namespace buri::dataplane {

bool told_already::has_address(spi in, const path_address& from) const {
    const auto found = elsewhere_.find(in);
    if (found == elsewhere_.end()) return false;
    const auto& told = found->second;
    return told.size() >= max_addresses || std::ranges::find(told, from) != told.end();
}

}  // namespace buri::dataplane
