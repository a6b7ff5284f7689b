// Finished ops on their way to the caller, and the one wake-up it gets for any number of them.
#pragma once
#include <cstdint>
#include <mutex>
#include <vector>

#include "../include/tierbench.h"

namespace tierbench {

class CompletionQueue {
 public:
  CompletionQueue(uint32_t capacity, void (*wake)(void)) : wake_(wake) { finished_.reserve(capacity); }

  /// `from_caller`: pushed inside the caller's own submit, after which it looks here anyway.
  void push(const tb_completion &completion, bool from_caller);
  /// Moves everything out; when there is nothing, arms the wake for the next push.
  uint32_t drain(tb_completion *out);
  uint64_t wakeCount();

 private:
  std::mutex mutex_;
  std::vector<tb_completion> finished_;
  bool need_wake_ = true;
  uint64_t wake_count_ = 0;
  void (*const wake_)(void);
};

}  // namespace tierbench
