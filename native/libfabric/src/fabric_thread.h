// The one thread that makes libfabric calls: it serves remote operations on this process's memory, runs a link to every process
// that ops name, and registers memory. It spins for a few idle turns, then waits for any of its queues and sockets.
#pragma once
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "../../fabric/src/op_inbox.h"
#include "fabric_link.h"

namespace tierbench {

class FabricThread : public FabricEngine {
 public:
  FabricThread(uint32_t capacity, uint64_t max_registered_bytes, Finish finish);
  ~FabricThread() override;

  int start(const tb_fabric_options &options, std::string *step) override;
  void stop() override;
  void take(FabricOp *const *ops, uint32_t count) override { inbox_.put(ops, count); }
  void wake() override { inbox_.wake(); }
  void release(LocalRegion *local) override;
  std::string describe() const override { return domain_.describe(); }
  const LinkCounters &counters() const override { return counters_; }
  uint64_t registeredBytes() const override { return registered_bytes_; }

 private:
  int openTarget(const char *beacon_host, std::string *step);
  void run();
  bool turn();
  void begin(FabricOp *op);
  bool serve();
  void registerRegion(FabricOp *op);
  void deregisterRegion(FabricOp *op);
  FabricLink *linkTo(const FabricKey &key);
  void wait();
  bool mayWait(bool *busy_links);
  std::vector<int> waitFds() const;

  FabricDomain domain_;
  FabricEndpoint target_;
  PeerBeacon beacon_;
  uint64_t next_greeting_ns_ = 0;
  std::vector<uint8_t> target_name_;
  const uint64_t max_registered_bytes_;
  std::atomic<uint64_t> registered_bytes_{0};
  const Finish finish_;
  LinkCounters counters_;
  /// By incarnation.
  std::map<uint64_t, std::unique_ptr<FabricLink>> links_;

  OpInbox inbox_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace tierbench
