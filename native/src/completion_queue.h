// Finished ops on their way to the caller, and its wake-ups. A caller waits for whole groups of ops (those of one submit), so a
// group wakes it once, by its last op; several groups that end before the caller looks cost one wake-up together.
#pragma once
#include <cstdint>
#include <mutex>
#include <vector>

#include "../include/tierbench.h"

namespace tierbench {

class CompletionQueue {
 public:
  /// At most `capacity` ops, hence groups, are ever outstanding.
  CompletionQueue(uint32_t capacity, void (*wake)(void));

  /// Id of a new group of `count` ops. `slots_taken`: no slot is left, and the caller may wait for any that comes free.
  uint32_t beginGroup(uint32_t count, bool slots_taken);
  /// `from_caller`: pushed inside the caller's own submit, after which it looks here anyway.
  void push(const tb_completion &completion, uint32_t group, bool from_caller);
  /// Moves everything out; when there is nothing, arms the next wake.
  uint32_t drain(tb_completion *out);
  uint64_t wakeCount();

 private:
  std::mutex mutex_;
  std::vector<tb_completion> finished_;
  /// [capacity]: ops of the group that are not done.
  std::vector<uint32_t> group_left_;
  std::vector<uint32_t> free_groups_;
  bool slots_taken_ = false;
  bool need_wake_ = true;
  uint64_t wake_count_ = 0;
  void (*const wake_)(void);
};

}  // namespace tierbench
