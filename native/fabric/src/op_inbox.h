// What the process hands to an engine's own thread: ops, in the order given, and a descriptor that wakes the thread for them.
#pragma once
#include <cerrno>
#include <mutex>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

#include "fabric_op.h"

namespace tierbench {

class OpInbox {
 public:
  explicit OpInbox(uint32_t capacity) {
    waiting_.reserve(capacity);
    taken_.reserve(capacity);
  }
  ~OpInbox() {
    if (event_fd_ >= 0) close(event_fd_);
  }

  /// Negative: an errno.
  int open() {
    event_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return event_fd_ < 0 ? -errno : 0;
  }

  /// Readable after a wake, until `drain`.
  int fd() const { return event_fd_; }

  void put(FabricOp *const *ops, uint32_t count) {
    {
      std::lock_guard lock(mutex_);
      waiting_.insert(waiting_.end(), ops, ops + count);
    }
    wake();
  }

  void wake() {
    const uint64_t one = 1;
    // A full counter already wakes the thread.
    if (write(event_fd_, &one, sizeof one) < 0) return;
  }

  /// By the engine's thread, as is `take`. False: nobody woke it.
  bool drain() {
    uint64_t wakes;
    return read(event_fd_, &wakes, sizeof wakes) == sizeof wakes;
  }

  /// False: there was no op.
  template <typename Begin>
  bool take(Begin begin) {
    {
      std::lock_guard lock(mutex_);
      std::swap(waiting_, taken_);
    }
    for (FabricOp *op : taken_) begin(op);
    const bool any = !taken_.empty();
    taken_.clear();
    return any;
  }

 private:
  std::mutex mutex_;
  std::vector<FabricOp *> waiting_;
  std::vector<FabricOp *> taken_;
  int event_fd_ = -1;
};

}  // namespace tierbench
