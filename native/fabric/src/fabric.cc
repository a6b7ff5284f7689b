#include "fabric.h"

#include <errno.h>
#include <string.h>

#include "../../src/exact_u64.h"
#include "../../src/monotonic_clock.h"

namespace tierbench {

Fabric::Fabric(const tb_fabric_options &options, void (*wake)(void))
    : slot_count_(options.slot_count),
      submissions_(slot_count_),
      completions_(slot_count_),
      submit_list_(slot_count_),
      ops_(new FabricOp[slot_count_]()),
      finished_(slot_count_, wake),
      engine_(makeFabricEngine(slot_count_, static_cast<uint64_t>(options.max_registered_bytes),
                               [this](FabricOp *op, int32_t code, uint32_t error) { finish(op, code, error); })) {
  batch_.reserve(slot_count_);
}

/// Registrations go before the engine that holds them.
Fabric::~Fabric() {
  engine_->stop();
  regions_.forEach([this](LocalRegion &local) { engine_->release(&local); });
}

int32_t Fabric::submit(uint32_t count) {
  if (count > slot_count_) return -EINVAL;
  outstanding_ += count;
  const uint32_t group = finished_.beginGroup(count, outstanding_ >= slot_count_);
  batch_.clear();
  int32_t done = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t slot = submit_list_[i];
    if (slot >= slot_count_) return -EINVAL;
    FabricOp *op = &ops_[slot];
    op->slot = slot;
    op->group = group;
    const int32_t code = prepare(submissions_[slot], op);
    if (code == TB_FABRIC_OK) {
      batch_.push_back(op);
      continue;
    }
    tb_completion completion{};
    completion.slot = slot;
    completion.code = code;
    completion.end_ns = static_cast<double>(monotonicNs());
    finished_.push(completion, group, true);
    done++;
  }
  if (!batch_.empty()) engine_->take(batch_.data(), static_cast<uint32_t>(batch_.size()));
  return done;
}

int32_t Fabric::prepare(const tb_fabric_submission &from, FabricOp *op) {
  const bool transfers = from.kind == TB_FABRIC_PUT || from.kind == TB_FABRIC_GET;
  op->kind = from.kind;
  op->cancelled = false;
  op->local = regions_.find(from.region_id);
  op->remote = transfers ? remotes_.find(from.remote_id) : nullptr;
  if (op->local == nullptr || (transfers && op->remote == nullptr)) return TB_FABRIC_OUT_OF_RANGE;
  if (transfers) {
    const bool exact = exactU64(from.region_offset, &op->region_offset) && exactU64(from.remote_offset, &op->remote_offset) &&
                       exactU64(from.bytes, &op->bytes) && exactU64(from.deadline_ns, &op->deadline_ns);
    const uint64_t remote_bytes = op->remote->key.bytes;
    const bool inside = exact && op->bytes > 0 && op->local->region.holds(op->region_offset, op->bytes) &&
                        op->bytes <= remote_bytes && op->remote_offset <= remote_bytes - op->bytes;
    op->verify = (from.flags & TB_FABRIC_VERIFY) != 0;
    op->identity = {from.model_id, from.weights_version, static_cast<uint64_t>(from.hash_high) << 32 | from.hash_low};
    if (!inside || (op->verify && op->bytes < kBlockHeaderBytes)) return TB_FABRIC_OUT_OF_RANGE;
    op->remote->users++;
  }
  op->local->users++;
  return TB_FABRIC_OK;
}

void Fabric::finish(FabricOp *op, int32_t code, uint32_t error) {
  if (op->remote != nullptr) op->remote->users--;
  op->local->users--;
  tb_completion completion{};
  completion.slot = op->slot;
  completion.code = code;
  completion.value = error;
  completion.end_ns = static_cast<double>(monotonicNs());
  finished_.push(completion, op->group, false);
}

int32_t Fabric::reap() {
  const uint32_t count = finished_.drain(completions_.data());
  outstanding_ -= count;
  return static_cast<int32_t>(count);
}

void Fabric::cancel(uint32_t slot) {
  if (slot >= slot_count_) return;
  ops_[slot].cancelled = true;
  engine_->wake();
}

int32_t Fabric::openRegion(const char *path, double generation) {
  uint64_t wanted = 0;
  if (generation >= 0 && !exactU64(generation, &wanted)) return -EINVAL;
  auto local = std::make_unique<LocalRegion>();
  const int error = local->region.attach(path, generation >= 0 ? &wanted : nullptr);
  if (error != 0) return error;
  return static_cast<int32_t>(regions_.add(std::move(local)));
}

int32_t Fabric::regionKey(uint32_t region_id, uint8_t *out) {
  const LocalRegion *local = regions_.find(region_id);
  if (local == nullptr || !local->registered) return -ENOENT;
  memcpy(out, &local->key, sizeof local->key);
  return 0;
}

int32_t Fabric::closeRegion(uint32_t region_id) {
  const LocalRegion *local = regions_.find(region_id);
  if (local == nullptr) return -ENOENT;
  if (local->registered || local->users > 0) return -EBUSY;
  regions_.remove(region_id);
  return 0;
}

int32_t Fabric::openRemote(const uint8_t *key) {
  FabricKey described;
  memcpy(&described, key, sizeof described);
  if (described.magic != kFabricKeyMagic || described.endpoint_bytes > sizeof described.endpoint) return -EPROTO;
  return static_cast<int32_t>(remotes_.add(std::make_unique<RemoteRegion>(described)));
}

int32_t Fabric::closeRemote(uint32_t remote_id) {
  const RemoteRegion *remote = remotes_.find(remote_id);
  if (remote == nullptr) return -ENOENT;
  if (remote->users > 0) return -EBUSY;
  remotes_.remove(remote_id);
  return 0;
}

}  // namespace tierbench
