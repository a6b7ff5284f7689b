// Ops waiting for a copy thread. A thread with nothing to do looks again a few times and then sleeps: many processes share
// few cores, and a thread that spins longer takes the core from the one it waits for.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "operation.h"

namespace tierbench {

class WorkQueue {
 public:
  /// At most `capacity` ops are ever outstanding.
  explicit WorkQueue(uint32_t capacity) : ring_(capacity) {}

  void push(Operation *const *operations, uint32_t count);
  /// Waits for an op; null once the queue is stopped.
  Operation *pop();
  /// pop returns null from now on; what is queued stays undone.
  void stop();

 private:
  void spin() const;

  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<Operation *> ring_;
  uint32_t head_ = 0;
  std::atomic<uint32_t> count_{0};
  uint32_t sleepers_ = 0;
  std::atomic<bool> stopped_{false};
};

}  // namespace tierbench
