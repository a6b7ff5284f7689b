// The caller's side of a plane: numbered slots that it writes submissions into, the list of those that it hands over, and the
// completions that it takes back. One thread submits and reaps; any thread finishes ops.
#pragma once
#include <errno.h>

#include <cstdint>
#include <vector>

#include "completion_queue.h"
#include "monotonic_clock.h"

namespace tierbench {

template <typename Submission>
class SlotRing {
 public:
  SlotRing(uint32_t slot_count, void (*wake)(void))
      : submissions(slot_count), completions(slot_count), submit_list(slot_count), finished_(slot_count, wake) {}

  /// Each [slot_count].
  std::vector<Submission> submissions;
  std::vector<tb_completion> completions;
  std::vector<uint32_t> submit_list;

  uint32_t slotCount() const { return static_cast<uint32_t>(submit_list.size()); }

  /// The first `count` slots of submit_list become one group; −EINVAL and nothing is taken when one does not exist.
  int take(uint32_t count, uint32_t *group) {
    if (count == 0 || count > slotCount()) return -EINVAL;
    for (uint32_t i = 0; i < count; i++) {
      if (submit_list[i] >= slotCount()) return -EINVAL;
    }
    outstanding_ += count;
    *group = finished_.beginGroup(count, outstanding_ == slotCount());
    return 0;
  }

  /// `from_caller`: inside the submit that took it.
  void finish(uint32_t slot, int32_t code, uint32_t value, uint32_t group, bool from_caller) {
    tb_completion completion{};
    completion.slot = slot;
    completion.code = code;
    completion.value = value;
    completion.end_ns = static_cast<double>(monotonicNs());
    finished_.push(completion, group, from_caller);
  }

  /// Moves what is done to `completions`; 0 arms the next wake.
  uint32_t reap() {
    const uint32_t count = finished_.drain(completions.data());
    outstanding_ -= count;
    return count;
  }

  /// Nothing is taken that was not reaped.
  bool idle() const { return outstanding_ == 0; }
  uint64_t wakeCount() { return finished_.wakeCount(); }

 private:
  CompletionQueue finished_;
  uint32_t outstanding_ = 0;
};

}  // namespace tierbench
