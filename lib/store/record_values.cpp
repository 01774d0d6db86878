#include "buri/store/record_values.hpp"

#include <limits>

namespace buri::store {
namespace {

constexpr std::uint64_t max_32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t max_64{std::numeric_limits<std::int64_t>::max()};

}  // namespace

void field_binder::operator()(std::string_view name, const std::optional<wall_time>& value) {
    if (value) return (*this)(name, *value);
    statement_.bind_null(next_++);
}

void field_binder::operator()(std::string_view, node_id value) {
    if (value) return integer(value.value);
    statement_.bind_null(next_++);
}

void field_binder::operator()(std::string_view, const std::string& value) {
    statement_.bind(next_++, std::string_view(value));
}

void field_binder::operator()(std::string_view, const network_name& value) {
    statement_.bind(next_++, std::string_view(value.text()));
}

void field_binder::operator()(std::string_view, const bytes& value) {
    statement_.bind(next_++, byte_view(value));
}

std::uint64_t field_reader::integer(std::uint64_t least, std::uint64_t most) {
    const auto found = row_.integer(next_++);
    const bool fits = found && *found >= 0 && static_cast<std::uint64_t>(*found) >= least &&
                      static_cast<std::uint64_t>(*found) <= most;
    has_fitted_ = has_fitted_ && fits;
    return fits ? static_cast<std::uint64_t>(*found) : least;
}

bool field_reader::skip_null() {
    if (!row_.is_null(next_)) return false;
    ++next_;
    return true;
}

void field_reader::operator()(std::string_view, std::uint64_t& value) {
    value = integer(0, max_64);
}

void field_reader::operator()(std::string_view, std::uint32_t& value) {
    value = static_cast<std::uint32_t>(integer(0, max_32));
}

void field_reader::operator()(std::string_view, bool& value) {
    value = integer(0, 1) != 0;
}

void field_reader::operator()(std::string_view, privilege_set& value) {
    value = privilege_set::from_bits(static_cast<std::uint32_t>(integer(0, max_32)));
}

void field_reader::operator()(std::string_view, wall_time& value) {
    value = wall_time(std::chrono::seconds(integer(0, max_64)));
}

void field_reader::operator()(std::string_view, node_id& value) {
    value = skip_null() ? node_id() : node_id{static_cast<std::uint32_t>(integer(1, max_32))};
}

void field_reader::operator()(std::string_view name, std::optional<wall_time>& value) {
    value.reset();
    if (!skip_null()) (*this)(name, value.emplace());
}

void field_reader::operator()(std::string_view, std::string& value) {
    auto found = row_.text(next_++);
    has_fitted_ = has_fitted_ && found;
    value = std::move(found).value_or("");
}

void field_reader::operator()(std::string_view, network_name& value) {
    auto found = network_name::parse(row_.text(next_++).value_or(""));
    has_fitted_ = has_fitted_ && found;
    value = std::move(found).value_or(network_name());
}

void field_reader::operator()(std::string_view, bytes& value) {
    auto found = row_.blob(next_++);
    has_fitted_ = has_fitted_ && found;
    value = std::move(found).value_or(bytes());
}

}  // namespace buri::store
