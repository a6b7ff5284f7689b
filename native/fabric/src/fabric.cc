#include "fabric.h"

#include <errno.h>
#include <string.h>

#include "../../src/blocked_signals.h"
#include "../../src/exact_u64.h"

namespace tierbench {

Fabric::Fabric(const tb_fabric_options &options, void (*wake)(void))
    : ring(options.slot_count, wake),
      ops_(new FabricOp[options.slot_count]()),
      engine_(makeFabricEngine(options.slot_count, static_cast<uint64_t>(options.max_registered_bytes),
                               [this](FabricOp *op, int32_t code, uint32_t error) { finish(op, code, error); })) {
  batch_.reserve(options.slot_count);
}

/// Registrations go before the engine that holds them.
Fabric::~Fabric() {
  engine_->stop();
  regions_.forEach([this](LocalRegion &local) { engine_->release(&local); });
}

int Fabric::start(const tb_fabric_options &options, std::string *step) {
  const BlockedSignals quiet;
  return engine_->start(options, step);
}

int32_t Fabric::submit(uint32_t count) {
  if (count == 0) return 0;
  uint32_t group = 0;
  const int error = ring.take(count, &group);
  if (error != 0) return error;
  batch_.clear();
  int32_t done = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t slot = ring.submit_list[i];
    FabricOp *op = &ops_[slot];
    op->slot = slot;
    op->group = group;
    const int32_t code = prepare(ring.submissions[slot], op);
    if (code == TB_OK) {
      batch_.push_back(op);
      continue;
    }
    ring.finish(slot, code, 0, group, true);
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
  if (op->local == nullptr || (transfers && op->remote == nullptr)) return TB_OUT_OF_RANGE;
  if (transfers) {
    const bool exact = exactU64(from.region_offset, &op->region_offset) && exactU64(from.remote_offset, &op->remote_offset) &&
                       exactU64(from.bytes, &op->bytes) && exactU64(from.deadline_ns, &op->deadline_ns);
    const uint64_t remote_bytes = op->remote->key.bytes;
    const bool inside = exact && op->bytes > 0 && op->local->region.holds(op->region_offset, op->bytes) &&
                        op->bytes <= remote_bytes && op->remote_offset <= remote_bytes - op->bytes;
    op->verify = (from.flags & TB_SUBMISSION_VERIFY) != 0;
    op->identity = {from.model_id, from.weights_version, static_cast<uint64_t>(from.hash_high) << 32 | from.hash_low};
    if (!inside || (op->verify && op->bytes < kBlockHeaderBytes)) return TB_OUT_OF_RANGE;
    op->remote->users++;
  }
  op->local->users++;
  return TB_OK;
}

void Fabric::finish(FabricOp *op, int32_t code, uint32_t error) {
  // Before it is told: whoever learns of the completion may close what the op used.
  if (op->remote != nullptr) op->remote->users--;
  op->local->users--;
  ring.finish(op->slot, code, error, op->group, false);
}

void Fabric::cancel(uint32_t slot) {
  if (slot >= ring.slotCount()) return;
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
