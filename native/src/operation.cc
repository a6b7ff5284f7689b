#include "operation.h"

#include <cstring>

#include "crc32c.h"
#include "exact_u64.h"
#include "stream_store.h"

namespace tierbench {
namespace {


bool resolveNumbers(const tb_submission &submission, Operation *operation) {
  return exactU64(submission.offset, &operation->offset) &&
         exactU64(submission.from_offset, &operation->from_offset) &&
         exactU64(submission.file_offset, &operation->file_offset) &&
         exactU64(submission.bytes, &operation->bytes) &&
         exactU64(submission.deadline_ns, &operation->deadline_ns);
}

bool isBlockOp(const Operation &operation) {
  return operation.kind == TB_KIND_FILL || operation.kind == TB_KIND_VERIFY || operation.verify;
}

bool aligned(const Operation &operation) {
  return (operation.offset | operation.file_offset | operation.bytes) % kDirectAlignBytes == 0;
}

bool insideTargets(const Operation &operation) {
  if (operation.kind < TB_KIND_COPY || operation.kind > TB_KIND_WAIT_UNTIL) return false;
  if (operation.kind == TB_KIND_WAIT_UNTIL) return true;
  if (operation.region == nullptr || !operation.region->holds(operation.offset, operation.bytes)) return false;
  if (isBlockOp(operation) && operation.bytes < kBlockHeaderBytes) return false;
  if (operation.kind == TB_KIND_COPY) {
    return operation.from != nullptr && operation.from->holds(operation.from_offset, operation.bytes);
  }
  if (!operation.isFileOp()) return true;
  if (operation.file == nullptr || !operation.file->holds(operation.file_offset, operation.bytes)) return false;
  return !operation.file->direct() || aligned(operation);
}

void setVerdict(Operation *operation, const BlockVerdict &verdict) {
  operation->value = verdict.found_weights_version;
  operation->code = verdict.state == BlockState::kOk ? TB_OK : verdict.state == BlockState::kStale ? TB_STALE : TB_CORRUPT;
}

bool overlaps(const uint8_t *to, const uint8_t *from, uint64_t bytes) {
  return to < from + bytes && from < to + bytes;
}

void copyPlain(uint8_t *to, const uint8_t *from, uint64_t bytes) {
  const bool streams = bytes >= kStreamBytes && canStream(to) && !overlaps(to, from, bytes);
  if (streams) streamCopy(to, from, bytes);
  else memmove(to, from, bytes);
}

void copyBytes(Operation *operation) {
  uint8_t *to = operation->region->data() + operation->offset;
  const uint8_t *from = operation->from->data() + operation->from_offset;
  if (!operation->verify) return copyPlain(to, from, operation->bytes);
  BlockVerifier verifier(operation->bytes, operation->identity);
  if (overlaps(to, from, operation->bytes)) {
    memmove(to, from, operation->bytes);
    verifier.feed(to, operation->bytes);
  } else {
    verifier.copyAndFeed(to, from, operation->bytes);
  }
  setVerdict(operation, verifier.verdict());
}

void transferFile(Operation *operation) {
  uint8_t *memory = operation->region->data() + operation->offset;
  const bool is_write = operation->kind == TB_KIND_FILE_WRITE;
  const int error = operation->file->transfer(is_write, memory, operation->bytes, operation->file_offset);
  if (error == 0) return;
  operation->code = TB_IO_ERROR;
  operation->value = static_cast<uint32_t>(error);
}

void workOnBytes(Operation *operation) {
  uint8_t *data = operation->region->data() + operation->offset;
  switch (operation->kind) {
    case TB_KIND_COPY: return copyBytes(operation);
    case TB_KIND_FILL: return fillBlock(data, operation->bytes, operation->identity);
    case TB_KIND_VERIFY: return setVerdict(operation, verifyBlock(data, operation->bytes, operation->identity));
    case TB_KIND_CRC32C: operation->value = crc32c(data, operation->bytes); return;
    case TB_KIND_FILE_WRITE:
    case TB_KIND_FILE_READ: return transferFile(operation);
  }
}

}  // namespace

bool prepareOperation(const tb_submission &submission, const OperationTargets &targets, Operation *operation) {
  operation->kind = submission.kind;
  operation->verify = submission.kind == TB_KIND_COPY && (submission.flags & TB_SUBMISSION_VERIFY) != 0;
  operation->region = targets.region;
  operation->from = targets.from;
  operation->file = targets.file;
  operation->identity = {submission.model_id, submission.weights_version,
                         static_cast<uint64_t>(submission.hash_high) << 32 | submission.hash_low};
  operation->moved_bytes = 0;
  operation->value = 0;
  const bool possible = resolveNumbers(submission, operation) && insideTargets(*operation);
  operation->code = possible ? TB_OK : TB_OUT_OF_RANGE;
  return possible;
}

void performOperation(Operation *operation) {
  // A peer that dies or starts anew leaves its memory readable here: look before, and again behind the last byte.
  if (operation->peersLive()) workOnBytes(operation);
  if (operation->peersLive()) return;
  operation->code = TB_PEER_DEAD;
  operation->value = 0;
}

}  // namespace tierbench
