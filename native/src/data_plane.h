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
#include "handle_table.h"
#include "operation.h"
#include "progress_thread.h"
#include "slot_ring.h"
#include "work_queue.h"

namespace tierbench {

struct DataPlaneOptions {
  uint32_t slot_count;
  uint32_t copy_threads;
  /// A batch that moves at most this many bytes runs on the calling thread.
  uint32_t inline_bytes;
  /// Transfers of direct files under way at once.
  uint32_t file_depth;
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

  /// Takes the first `count` slots of the ring's list; returns how many are done already, or −EINVAL for a slot that does not exist.
  int submit(uint32_t count);
  void cancelWaits() { progress_.cancelHeld(); }
  bool wantsDirect() const { return options_.direct; }
  tb_file_path pathTaken(const DiskFile &file) const;

  HandleTable<Region> regions;
  HandleTable<DiskFile> files;
  SlotRing<tb_submission> ring;

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
  WorkQueue work_;
  ProgressThread progress_;
  std::vector<std::thread> copy_threads_;
};

}  // namespace tierbench
