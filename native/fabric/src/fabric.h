// One opened fabric: slots, regions and remotes of the caller's thread in front of the engine.
#pragma once
#include <memory>
#include <vector>

#include "../../src/handle_table.h"
#include "../../src/slot_ring.h"
#include "fabric_engine.h"

namespace tierbench {

class Fabric {
 public:
  Fabric(const tb_fabric_options &options, void (*wake)(void));
  Fabric(const Fabric &) = delete;
  Fabric &operator=(const Fabric &) = delete;
  ~Fabric();

  /// 0 or −errno; then `step` names what failed.
  int start(const tb_fabric_options &options, std::string *step);
  void halt() { engine_->stop(); }
  /// How many are already done, or −EINVAL for a slot that does not exist.
  int32_t submit(uint32_t count);
  void cancel(uint32_t slot);

  int32_t openRegion(const char *path, double generation);
  int32_t regionKey(uint32_t region_id, uint8_t *out);
  int32_t closeRegion(uint32_t region_id);
  int32_t openRemote(const uint8_t *key);
  int32_t closeRemote(uint32_t remote_id);

  const LocalRegion *region(uint32_t id) const { return regions_.find(id); }
  const RemoteRegion *remote(uint32_t id) const { return remotes_.find(id); }
  const FabricEngine &engine() const { return *engine_; }

  SlotRing<tb_fabric_submission> ring;

 private:
  /// tb_code of what can be told without the engine.
  int32_t prepare(const tb_fabric_submission &submission, FabricOp *op);
  void finish(FabricOp *op, int32_t code, uint32_t error);

  /// [slot_count].
  std::unique_ptr<FabricOp[]> ops_;
  std::vector<FabricOp *> batch_;
  HandleTable<LocalRegion> regions_;
  HandleTable<RemoteRegion> remotes_;
  /// Last, so that it stops before anything that it uses goes.
  std::unique_ptr<FabricEngine> engine_;
};

}  // namespace tierbench
