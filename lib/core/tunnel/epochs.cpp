#include "buri/core/tunnel/epochs.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {

void epochs::on_agreed_as_initiator(agreed_keys agreed, time_point now) {
    start_receiving(agreed.epoch, std::move(agreed.keys.to_initiator), now);
    if (!sending_) {
        early_ = true;
        since_ = now;
        outputs_.emplace_back(set_send_keys{agreed.epoch, suite_, secrecy_, agreed.keys.to_responder.clone()});
    }
    waiting_ = waiting_keys{agreed.epoch, std::move(agreed.keys.to_responder)};
}

void epochs::on_agreed_as_responder(agreed_keys agreed, time_point now) {
    start_receiving(agreed.epoch, std::move(agreed.keys.to_responder), now);
    start_sending(agreed.epoch, std::move(agreed.keys.to_initiator), now);
}

bool epochs::on_confirmed(std::uint8_t epoch, time_point now) {
    auto& slot = receiving_[epoch & 3U];
    if (!slot.installed || slot.confirmed) return false;
    slot.confirmed = true;
    slot.dropped_at = now + last_age + old_keys_life;
    for (auto& other : receiving_) {
        if (&other != &slot && other.installed) other.dropped_at = std::min(other.dropped_at, now + old_keys_life);
    }
    if (!waiting_ || waiting_->epoch != epoch) return false;
    if (std::exchange(early_, false)) {
        // They count their ids already: given out again, they would begin at 1 again.
        epoch_ = epoch;
        sending_ = true;
        ids_run_out_ = false;
    } else {
        start_sending(epoch, std::move(waiting_->keys), now);
    }
    waiting_.reset();
    return true;
}

void epochs::on_not_confirmed() {
    if (early_) stop_sending_now();
    waiting_.reset();
    if (is_first_unknown()) first_ = (first_ + 1U) & 3U;
}

void epochs::on_traffic(const traffic_sample& sample, time_point) {
    if (!sending_) return;
    ids_run_out_ = ids_run_out_ || std::max(sample.send_id, sample.receive_id) >= rekey_id;
    if (sample.send_id >= last_id) stop_sending_now();
}

void epochs::on_deadline(time_point now) {
    if ((sending_ || early_) && now >= since_ + last_age) stop_sending_now();
    for (std::uint8_t epoch = 0; epoch < receiving_.size(); ++epoch) {
        if (receiving_[epoch].installed && now >= receiving_[epoch].dropped_at) drop(epoch);
    }
}

void epochs::wipe() {
    waiting_.reset();
    if (sending_ || early_) stop_sending_now();
    for (std::uint8_t epoch = 0; epoch < receiving_.size(); ++epoch) {
        if (receiving_[epoch].installed) drop(epoch);
    }
}

time_point epochs::next_deadline() const {
    auto earliest = sending_ || early_ ? since_ + last_age : never;
    for (const auto& slot : receiving_) {
        if (slot.installed) earliest = std::min(earliest, slot.dropped_at);
    }
    return earliest;
}

time_point epochs::rekey_at() const {
    // Keepalives make every epoch one with traffic, so age alone decides.
    if (!sending_ || ids_run_out_) return time_point::min();
    return since_ + rekey_age;
}

bool epochs::may_begin(std::uint8_t epoch) const {
    return is_first_unknown() || epoch == next_epoch() || (epoch_ == epoch && !is_confirmed(epoch));
}

void epochs::start_receiving(std::uint8_t epoch, crypto::direction_keys keys, time_point now) {
    if (receiving_[epoch].installed) drop(epoch);
    // Not confirmed yet: the other end may start to send under them as late as its patience lasts.
    receiving_[epoch] = {true, false, now + ke_initiator::patience + last_age + old_keys_life};
    outputs_.emplace_back(add_receive_keys{epoch, suite_, secrecy_, std::move(keys)});
}

void epochs::start_sending(std::uint8_t epoch, crypto::direction_keys keys, time_point now) {
    epoch_ = epoch;
    sending_ = true;
    since_ = now;
    ids_run_out_ = false;
    outputs_.emplace_back(set_send_keys{epoch, suite_, secrecy_, std::move(keys)});
}

void epochs::stop_sending_now() {
    sending_ = false;
    early_ = false;
    since_ = never;
    outputs_.emplace_back(stop_sending{});
}

void epochs::drop(std::uint8_t epoch) {
    receiving_[epoch] = {};
    if (waiting_ && waiting_->epoch == epoch) on_not_confirmed();
    outputs_.emplace_back(drop_receive_keys{epoch});
}

}  // namespace buri::core
