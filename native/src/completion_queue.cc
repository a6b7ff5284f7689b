#include "completion_queue.h"

#include <algorithm>

namespace tierbench {

void CompletionQueue::push(const tb_completion &completion, bool from_caller) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    finished_.push_back(completion);
    if (!from_caller && need_wake_) {
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
  if (count == 0) need_wake_ = true;
  return count;
}

uint64_t CompletionQueue::wakeCount() {
  std::lock_guard lock(mutex_);
  return wake_count_;
}

}  // namespace tierbench
