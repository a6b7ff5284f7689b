// One op while it is outstanding: its submission with ids resolved, and its result. Lives in the slot the caller chose.
#pragma once
#include <cstdint>

#include "../include/tierbench.h"
#include "block_pattern.h"
#include "disk_file.h"
#include "region.h"

namespace tierbench {

struct Operation {
  uint32_t slot;
  /// The submit it came with.
  uint32_t group;
  uint32_t kind;
  bool verify;
  Region *region;
  Region *from;
  DiskFile *file;
  uint64_t offset;
  uint64_t from_offset;
  uint64_t file_offset;
  uint64_t bytes;
  /// wait_until's deadline; before it, a copy is not reported done.
  uint64_t deadline_ns;
  BlockIdentity identity;
  /// Of a file op: bytes already moved, for io_uring returns short counts.
  uint64_t moved_bytes;
  tb_code code;
  uint32_t value;

  bool isFileOp() const { return kind == TB_KIND_FILE_WRITE || kind == TB_KIND_FILE_READ; }
  bool peersLive() const { return (region == nullptr || region->live()) && (from == nullptr || from->live()); }
};

/// Resolves and checks a submission. False, with `code` set, when it must not run.
struct OperationTargets {
  Region *region;
  Region *from;
  DiskFile *file;
};
bool prepareOperation(const tb_submission &submission, const OperationTargets &targets, Operation *operation);

/// Moves or checks the bytes on the calling thread and sets `code` and `value`. Not for wait_until.
void performOperation(Operation *operation);

}  // namespace tierbench
