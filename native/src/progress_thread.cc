#include "progress_thread.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>

#include "monotonic_clock.h"

namespace tierbench {
namespace {

/// The longest single transfer; longer ones continue where it ended.
constexpr uint64_t kLongestTransferBytes = 1u << 30;
constexpr uint64_t kRetrySubmitNs = 1'000'000;

}  // namespace

ProgressThread::ProgressThread(uint32_t capacity, std::function<void(Operation *)> finish)
    : finish_(std::move(finish)), held_(capacity) {
  inbox_.reserve(capacity);
  due_.reserve(capacity);
}

ProgressThread::~ProgressThread() {
  stop();
  if (event_fd_ >= 0) close(event_fd_);
}

int ProgressThread::start(uint32_t file_depth) {
  event_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (event_fd_ < 0) return -errno;
  has_io_uring_ = file_depth > 0 && ring_.open(file_depth, event_fd_) == 0;
  thread_ = std::thread([this] { run(); });
  return 0;
}

void ProgressThread::transfer(Operation *operation) {
  bool wake_now;
  {
    std::lock_guard lock(mutex_);
    inbox_.push_back(operation);
    wake_now = asleep_;
    asleep_ = false;
  }
  if (wake_now) wake();
}

void ProgressThread::hold(Operation *operation) {
  bool wake_now;
  {
    std::lock_guard lock(mutex_);
    held_.push(operation);
    wake_now = asleep_ && (cancelling_ || held_.earliestNs() == operation->deadline_ns);
    if (wake_now) asleep_ = false;
  }
  if (wake_now) wake();
}

void ProgressThread::cancelHeld() {
  {
    std::lock_guard lock(mutex_);
    cancelling_ = true;
    asleep_ = false;
  }
  wake();
}

void ProgressThread::stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    asleep_ = false;
  }
  wake();
  thread_.join();
}

void ProgressThread::wake() {
  const uint64_t one = 1;
  // A full counter already wakes the thread.
  if (write(event_fd_, &one, sizeof one) < 0) return;
}

void ProgressThread::run() {
  // The default slack of 50 µs would be added to every deadline.
  prctl(PR_SET_TIMERSLACK, 1);
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    takeInbox();
    startTransfers();
    finishTransfers();
    finishDue();
    sleep();
  }
}

void ProgressThread::takeInbox() {
  std::lock_guard lock(mutex_);
  backlog_.insert(backlog_.end(), inbox_.begin(), inbox_.end());
  inbox_.clear();
}

void ProgressThread::startTransfers() {
  while (!backlog_.empty() && !ring_.full()) {
    Operation *operation = backlog_.front();
    backlog_.pop_front();
    if (!operation->peersLive()) {
      operation->code = TB_PEER_DEAD;
      finish_(operation);
      continue;
    }
    const uint64_t left = std::min(operation->bytes - operation->moved_bytes, kLongestTransferBytes);
    ring_.queue(operation->kind == TB_KIND_FILE_WRITE, operation->file->fd(),
                operation->region->data() + operation->offset + operation->moved_bytes, static_cast<uint32_t>(left),
                operation->file_offset + operation->moved_bytes, operation);
  }
  retry_submit_ = has_io_uring_ && ring_.submit() != 0;
}

void ProgressThread::finishTransfers() {
  IoDone done;
  while (has_io_uring_ && ring_.take(&done)) {
    Operation *operation = static_cast<Operation *>(done.user);
    if (done.result == -EINTR || done.result == -EAGAIN) {
      backlog_.push_back(operation);
      continue;
    }
    if (done.result > 0) operation->moved_bytes += static_cast<uint64_t>(done.result);
    if (done.result > 0 && operation->moved_bytes < operation->bytes) {
      backlog_.push_front(operation);
      continue;
    }
    if (done.result <= 0 && operation->bytes > 0) {
      operation->code = TB_IO_ERROR;
      operation->value = static_cast<uint32_t>(done.result == 0 ? ENODATA : -done.result);
    }
    if (!operation->peersLive()) {
      operation->code = TB_PEER_DEAD;
      operation->value = 0;
    }
    finish_(operation);
  }
}

void ProgressThread::finishDue() {
  {
    std::lock_guard lock(mutex_);
    const uint64_t now_ns = monotonicNs();
    while (!held_.empty() && (cancelling_ || held_.earliestNs() <= now_ns)) {
      Operation *operation = held_.pop();
      if (operation->deadline_ns > now_ns) operation->code = TB_CANCELLED;
      due_.push_back(operation);
    }
  }
  for (Operation *operation : due_) finish_(operation);
  due_.clear();
}

void ProgressThread::sleep() {
  uint64_t until_ns = UINT64_MAX;
  const uint64_t now_ns = monotonicNs();
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || !inbox_.empty() || (cancelling_ && !held_.empty())) return;
    if (!held_.empty()) until_ns = held_.earliestNs();
    asleep_ = true;
  }
  if (!backlog_.empty() && !ring_.full()) until_ns = now_ns;
  if (retry_submit_) until_ns = std::min(until_ns, now_ns + kRetrySubmitNs);
  const uint64_t left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
  const timespec timeout = {static_cast<time_t>(left_ns / 1'000'000'000u), static_cast<long>(left_ns % 1'000'000'000u)};
  pollfd event = {event_fd_, POLLIN, 0};
  ppoll(&event, 1, until_ns == UINT64_MAX ? nullptr : &timeout, nullptr);
  uint64_t count;
  if (read(event_fd_, &count, sizeof count) < 0) count = 0;
  std::lock_guard lock(mutex_);
  asleep_ = false;
}

}  // namespace tierbench
