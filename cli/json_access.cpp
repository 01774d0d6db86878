#include "cli/json_access.hpp"

#include "cli/printable.hpp"

namespace buri::cli {
namespace {

const wire::json* find(const wire::json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

}  // namespace

std::string text_of(const wire::json& object, const char* name) {
    const auto* const value = find(object, name);
    if (value == nullptr) return {};
    if (value->is_string()) return printable(value->get_ref<const std::string&>());
    if (value->is_number() || value->is_boolean()) return value->dump();
    return {};
}

std::string lines_of(const wire::json& object, const char* name) {
    const auto* const value = find(object, name);
    return value != nullptr && value->is_string() ? printable_lines(value->get_ref<const std::string&>()) : "";
}

bool bool_of(const wire::json& object, const char* name, bool by_default) {
    const auto* const value = find(object, name);
    return value != nullptr && value->is_boolean() ? value->get<bool>() : by_default;
}

std::optional<double> number_of(const wire::json& object, const char* name) {
    const auto* const value = find(object, name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->get<double>();
}

const wire::json& object_of(const wire::json& object, const char* name) {
    static const wire::json empty = wire::json::object();
    const auto* const value = find(object, name);
    return value != nullptr && value->is_object() ? *value : empty;
}

const wire::json& array_of(const wire::json& object, const char* name) {
    static const wire::json empty = wire::json::array();
    const auto* const value = find(object, name);
    return value != nullptr && value->is_array() ? *value : empty;
}

}  // namespace buri::cli
