#include "data_plane.h"

#include <errno.h>
#include "blocked_signals.h"
#include "monotonic_clock.h"

namespace tierbench {

DataPlane::DataPlane(const DataPlaneOptions &options)
    : ring(options.slot_count, options.wake),
      options_(options),
      operations_(options.slot_count),
      work_(options.slot_count),
      progress_(options.slot_count, [this](Operation *operation) { finish(operation, false); }) {
  for_copy_threads_.reserve(options.slot_count);
}

DataPlane::~DataPlane() { halt(); }

int DataPlane::start() {
  const BlockedSignals quiet;
  const int error = progress_.start(options_.io_uring ? options_.file_depth : 0);
  for (uint32_t i = 0; error == 0 && i < options_.copy_threads; i++) {
    copy_threads_.emplace_back([this] { copyLoop(); });
  }
  return error;
}

void DataPlane::halt() {
  work_.stop();
  for (auto &thread : copy_threads_) thread.join();
  copy_threads_.clear();
  progress_.stop();
  regions.forEach([](Region &region) { region.unlinkOwn(); });
}

tb_file_path DataPlane::pathTaken(const DiskFile &file) const {
  if (!file.direct()) return TB_PATH_PREAD_BUFFERED;
  return progress_.transfersFiles() ? TB_PATH_IO_URING_DIRECT : TB_PATH_PREAD_DIRECT;
}

int DataPlane::submit(uint32_t count) {
  if (count == 0) return 0;
  uint32_t group = 0;
  const int error = ring.take(count, &group);
  if (error != 0) return error;
  int done = 0;
  for_copy_threads_.clear();
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t slot = ring.submit_list[i];
    Operation *operation = &operations_[slot];
    operation->group = group;
    if (!prepare(slot)) {
      finish(operation, true);
      done++;
    } else if (operation->kind == TB_KIND_WAIT_UNTIL) {
      progress_.hold(operation);
    } else if (operation->isFileOp() && operation->file->direct() && progress_.transfersFiles()) {
      progress_.transfer(operation);
    } else {
      for_copy_threads_.push_back(operation);
    }
  }
  if (!runsOnCaller(options_.inline_bytes)) {
    work_.push(for_copy_threads_.data(), static_cast<uint32_t>(for_copy_threads_.size()));
    return done;
  }
  for (Operation *operation : for_copy_threads_) done += perform(operation, true);
  return done;
}

bool DataPlane::prepare(uint32_t slot) {
  const tb_submission &submission = ring.submissions[slot];
  Operation *operation = &operations_[slot];
  const bool is_wait = submission.kind == TB_KIND_WAIT_UNTIL;
  const bool is_file_op = submission.kind == TB_KIND_FILE_WRITE || submission.kind == TB_KIND_FILE_READ;
  const OperationTargets targets = {
      is_wait ? nullptr : regions.find(submission.region_id),
      submission.kind == TB_KIND_COPY ? regions.find(submission.from_region_id) : nullptr,
      is_file_op ? files.find(submission.file_id) : nullptr,
  };
  operation->slot = slot;
  const bool possible = prepareOperation(submission, targets, operation);
  if (operation->region != nullptr) operation->region->users++;
  if (operation->from != nullptr) operation->from->users++;
  if (operation->file != nullptr) operation->file->users++;
  return possible;
}

bool DataPlane::runsOnCaller(uint32_t most_bytes) const {
  uint64_t bytes = 0;
  for (const Operation *operation : for_copy_threads_) {
    if (operation->isFileOp()) return false;
    bytes += operation->bytes;
    if (bytes > most_bytes) return false;
  }
  return true;
}

void DataPlane::copyLoop() {
  while (Operation *operation = work_.pop()) perform(operation, false);
}

bool DataPlane::perform(Operation *operation, bool on_caller) {
  performOperation(operation);
  if (operation->deadline_ns > monotonicNs()) {
    progress_.hold(operation);
    return false;
  }
  finish(operation, on_caller);
  return true;
}

void DataPlane::finish(Operation *operation, bool on_caller) {
  // Before it is told: whoever learns of the completion may close what the op used.
  if (operation->region != nullptr) operation->region->users--;
  if (operation->from != nullptr) operation->from->users--;
  if (operation->file != nullptr) operation->file->users--;
  ring.finish(operation->slot, operation->code, operation->value, operation->group, on_caller);
}

}  // namespace tierbench
