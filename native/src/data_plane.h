// One process's data plane: slots, regions, files, copy threads and the progress thread.
//
// Where an op runs: a wait goes to the progress thread; a transfer of a direct file to io_uring; a batch of few bytes runs at
// once on the calling thread, for waking another thread takes longer than the copy; all else goes to the copy threads. A copy
// that is ready before its earliest time is held by the progress thread and keeps no copy thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "../include/tierbench.h"
#include "completion_queue.h"
#include "handle_table.h"
#include "operation.h"
#include "progress_thread.h"
#include "work_queue.h"

namespace tierbench {

struct DataPlaneOptions {
  uint32_t slot_count;
  uint32_t copy_threads;
  /// A batch that moves at most this many bytes runs on the calling thread.
  uint32_t inline_bytes;
  bool io_uring;
  bool direct;
  void (*wake)(void);
};

class DataPlane {
 public:
  explicit DataPlane(const DataPlaneOptions &options);
  DataPlane(const DataPlane &) = delete;
  DataPlane &operator=(const DataPlane &) = delete;
  ~DataPlane();
  /// 0 or −errno.
  int start();
  /// Stops the threads, whatever is outstanding, and unlinks the regions made here. No wake comes afterwards.
  void halt();

  /// Takes the first `count` slots of submit_list; returns how many are done already, or −EINVAL for a slot that does not exist.
  int submit(uint32_t count);
  /// Moves what is done to `completions`; 0 arms the next wake.
  uint32_t reap();
  void cancelWaits() { progress_.cancelHeld(); }
  bool idle() const { return outstanding_ == 0; }
  uint64_t wakeCount() { return done_.wakeCount(); }
  bool wantsDirect() const { return options_.direct; }
  tb_file_path pathTaken(const DiskFile &file) const;

  HandleTable<Region> regions;
  HandleTable<DiskFile> files;
  /// The caller's side of the slots, each [slot_count].
  std::vector<tb_submission> submissions;
  std::vector<tb_completion> completions;
  std::vector<uint32_t> submit_list;

 private:
  void copyLoop();
  /// False when the op is done already, for it must not run.
  bool prepare(uint32_t slot);
  bool runsOnCaller(uint32_t count) const;
  /// True when the op is done.
  bool perform(Operation *operation, bool on_caller);
  void finish(Operation *operation, bool on_caller);

  const DataPlaneOptions options_;
  std::vector<Operation> operations_;
  std::vector<Operation *> for_copy_threads_;
  uint32_t outstanding_ = 0;
  CompletionQueue done_;
  WorkQueue work_;
  ProgressThread progress_;
  std::vector<std::thread> copy_threads_;
};

}  // namespace tierbench
