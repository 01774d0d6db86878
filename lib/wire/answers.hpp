#pragma once
// Server to node: answers to requests.
#include "buri/wire/message_parts.hpp"

namespace buri::wire {

struct ok_answer {
    static constexpr std::string_view kind = "ok";
    bool changed = true;  ///< false: it was so already
    static constexpr auto fields(auto& self, auto&& field) { field("changed", self.changed); }
    bool operator==(const ok_answer&) const = default;
};
struct error_answer {
    static constexpr std::string_view kind = "error";
    std::uint16_t code = 0;
    std::string text;
    static constexpr auto fields(auto& self, auto&& field) {
        field("code", self.code);
        field("text", self.text);
    }
    bool operator==(const error_answer&) const = default;
};

struct ban_list {
    static constexpr std::string_view kind = "ban_list";
    std::vector<ban_info> bans;
    static constexpr auto fields(auto& self, auto&& field) { field("bans", self.bans); }
    bool operator==(const ban_list&) const = default;
};
struct message_list {
    static constexpr std::string_view kind = "message_list";
    std::string welcome;
    std::vector<announcement_info> announcements;  ///< oldest first
    static constexpr auto fields(auto& self, auto&& field) {
        field("welcome", self.welcome);
        field("announcements", self.announcements);
    }
    bool operator==(const message_list&) const = default;
};
struct invite_made {
    static constexpr std::string_view kind = "invite_made";
    std::uint64_t id = 0;
    static constexpr auto fields(auto& self, auto&& field) { field("id", self.id); }
    bool operator==(const invite_made&) const = default;
};
struct invite_list {
    static constexpr std::string_view kind = "invite_list";
    std::vector<invite_info> invites;
    static constexpr auto fields(auto& self, auto&& field) { field("invites", self.invites); }
    bool operator==(const invite_list&) const = default;
};
struct log_page {
    static constexpr std::string_view kind = "log_page";
    std::vector<log_entry> entries;  ///< oldest first
    static constexpr auto fields(auto& self, auto&& field) { field("entries", self.entries); }
    bool operator==(const log_page&) const = default;
};

}  // namespace buri::wire
