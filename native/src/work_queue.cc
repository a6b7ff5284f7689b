#include "work_queue.h"

#include <sched.h>

#include <algorithm>

namespace tierbench {

constexpr int kIdleTurns = 20;

void WorkQueue::push(Operation *const *operations, uint32_t count) {
  uint32_t to_wake;
  {
    std::lock_guard lock(mutex_);
    const uint32_t size = static_cast<uint32_t>(ring_.size());
    uint32_t queued = count_.load(std::memory_order_relaxed);
    for (uint32_t i = 0; i < count; i++) ring_[(head_ + queued++) % size] = operations[i];
    count_.store(queued, std::memory_order_release);
    to_wake = std::min(sleepers_, count);
  }
  for (uint32_t i = 0; i < to_wake; i++) filled_.notify_one();
}

void WorkQueue::spin() const {
  for (int turn = 0; turn < kIdleTurns; turn++) {
    if (count_.load(std::memory_order_acquire) > 0 || stopped_.load(std::memory_order_acquire)) return;
    sched_yield();
  }
}

Operation *WorkQueue::pop() {
  spin();
  std::unique_lock lock(mutex_);
  while (count_.load(std::memory_order_relaxed) == 0 && !stopped_.load(std::memory_order_relaxed)) {
    sleepers_++;
    filled_.wait(lock);
    sleepers_--;
  }
  if (stopped_.load(std::memory_order_relaxed)) return nullptr;
  Operation *operation = ring_[head_];
  head_ = (head_ + 1) % static_cast<uint32_t>(ring_.size());
  count_.fetch_sub(1, std::memory_order_relaxed);
  return operation;
}

void WorkQueue::stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_.store(true, std::memory_order_release);
  }
  filled_.notify_all();
}

}  // namespace tierbench
