// One opened fabric: slots, regions and remotes of the caller's thread in front of the engine.
#pragma once
#include <memory>
#include <vector>

#include "../../src/completion_queue.h"
#include "../../src/handle_table.h"
#include "fabric_engine.h"

namespace tierbench {

class Fabric {
 public:
  Fabric(const tb_fabric_options &options, void (*wake)(void));
  Fabric(const Fabric &) = delete;
  Fabric &operator=(const Fabric &) = delete;
  ~Fabric();

  int start(const tb_fabric_options &options, std::string *step) { return engine_->start(options, step); }
  void halt() { engine_->stop(); }
  bool busy() const { return outstanding_ > 0; }
  int32_t submit(uint32_t count);
  int32_t reap();
  void cancel(uint32_t slot);

  int32_t openRegion(const char *path, double generation);
  int32_t regionKey(uint32_t region_id, uint8_t *out);
  int32_t closeRegion(uint32_t region_id);
  int32_t openRemote(const uint8_t *key);
  int32_t closeRemote(uint32_t remote_id);

  const LocalRegion *region(uint32_t id) const { return regions_.find(id); }
  const RemoteRegion *remote(uint32_t id) const { return remotes_.find(id); }
  const FabricEngine &engine() const { return *engine_; }
  uint64_t wakeCount() { return finished_.wakeCount(); }
  tb_fabric_submission *submissions() { return submissions_.data(); }
  tb_completion *completions() { return completions_.data(); }
  uint32_t *submitList() { return submit_list_.data(); }

 private:
  /// tb_fabric_code of what can be told without the engine.
  int32_t prepare(const tb_fabric_submission &submission, FabricOp *op);
  void finish(FabricOp *op, int32_t code, uint32_t error);

  const uint32_t slot_count_;
  std::vector<tb_fabric_submission> submissions_;
  std::vector<tb_completion> completions_;
  std::vector<uint32_t> submit_list_;
  std::unique_ptr<FabricOp[]> ops_;
  std::vector<FabricOp *> batch_;
  HandleTable<LocalRegion> regions_;
  HandleTable<RemoteRegion> remotes_;
  CompletionQueue finished_;
  /// Ops whose completions the caller has not taken.
  uint32_t outstanding_ = 0;
  /// Last, so that it stops before anything that it uses goes.
  std::unique_ptr<FabricEngine> engine_;
};

}  // namespace tierbench
