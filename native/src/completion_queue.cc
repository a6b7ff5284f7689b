#include "completion_queue.h"

#include <algorithm>

namespace tierbench {

CompletionQueue::CompletionQueue(uint32_t capacity, void (*wake)(void)) : group_left_(capacity), wake_(wake) {
  finished_.reserve(capacity);
  for (uint32_t group = 0; group < capacity; group++) free_groups_.push_back(group);
}

uint32_t CompletionQueue::beginGroup(uint32_t count, bool slots_taken) {
  std::lock_guard lock(mutex_);
  const uint32_t group = free_groups_.back();
  free_groups_.pop_back();
  group_left_[group] = count;
  slots_taken_ = slots_taken;
  return group;
}

void CompletionQueue::push(const tb_completion &completion, uint32_t group, bool from_caller) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    finished_.push_back(completion);
    const bool group_done = --group_left_[group] == 0;
    if (group_done) free_groups_.push_back(group);
    if (!from_caller && need_wake_ && (group_done || slots_taken_)) {
      need_wake_ = false;
      wake_count_++;
      wake = true;
    }
  }
  if (wake) wake_();
}

uint32_t CompletionQueue::drain(tb_completion *out) {
  std::lock_guard lock(mutex_);
  std::copy(finished_.begin(), finished_.end(), out);
  const uint32_t count = static_cast<uint32_t>(finished_.size());
  finished_.clear();
  if (count > 0) slots_taken_ = false;
  if (count == 0) need_wake_ = true;
  return count;
}

uint64_t CompletionQueue::wakeCount() {
  std::lock_guard lock(mutex_);
  return wake_count_;
}

}  // namespace tierbench
