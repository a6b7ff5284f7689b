// The thread that owns time and io_uring: it starts transfers of direct files, waits for them, and ends ops whose deadline has
// come. It sleeps in poll until the next deadline, a completion of the kernel or a new op, whichever is first.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "deadline_heap.h"
#include "io_ring.h"
#include "operation.h"

namespace tierbench {

class ProgressThread {
 public:
  /// `finish` reports an op done; called on this thread.
  ProgressThread(uint32_t capacity, std::function<void(Operation *)> finish);
  ~ProgressThread();
  /// 0 or −errno. `file_depth`: transfers under way at once; with 0, or without io_uring, transfersFiles() is false.
  int start(uint32_t file_depth);
  bool transfersFiles() const { return has_io_uring_; }
  /// Transfers by io_uring; the file is direct.
  void transfer(Operation *operation);
  /// Reports the op done at its deadline, with the code it has.
  void hold(Operation *operation);
  /// Ends every held op as cancelled, and from now on every one that would be held.
  void cancelHeld();
  void stop();

 private:
  void run();
  void takeInbox();
  void startTransfers();
  void finishTransfers();
  void finishDue();
  void sleep();
  void wake();

  const std::function<void(Operation *)> finish_;
  int event_fd_ = -1;
  bool has_io_uring_ = false;
  std::thread thread_;

  std::mutex mutex_;
  std::vector<Operation *> inbox_;
  DeadlineHeap held_;
  bool cancelling_ = false;
  bool stopping_ = false;
  bool asleep_ = false;

  // Of the thread alone.
  IoRing ring_;
  std::deque<Operation *> backlog_;
  std::vector<Operation *> due_;
  bool retry_submit_ = false;
};

}  // namespace tierbench
