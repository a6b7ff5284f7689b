// The sockets engine: one thread that serves the memory registered here to other processes, and asks them for what the ops of
// this process want. It waits in poll; a few idle turns come before, for an answer is often near.
#pragma once
#include <map>
#include <thread>
#include <vector>

#include "../../fabric/src/op_inbox.h"
#include "tcp_link.h"
#include "tcp_service.h"

struct pollfd;

namespace tierbench {

class TcpEngine : public FabricEngine {
 public:
  TcpEngine(uint32_t capacity, uint64_t max_registered_bytes, Finish finish);
  ~TcpEngine() override;

  /// `source` is the address that peers reach this process at.
  int start(const tb_fabric_options &options, std::string *step) override;
  void stop() override;
  void take(FabricOp *const *ops, uint32_t count) override { inbox_.put(ops, count); }
  void wake() override { inbox_.wake(); }
  void release(LocalRegion *) override {}
  std::string describe() const override;
  const LinkCounters &counters() const override { return counters_; }
  uint64_t registeredBytes() const override { return registered_bytes_; }

 private:
  int listenAt(const char *source);
  void run();
  bool turn(int timeout_ms);
  void begin(FabricOp *op);
  void registerRegion(FabricOp *op);
  void deregisterRegion(FabricOp *op);
  void accept();
  int waitMs(uint64_t now_ns) const;
  void fillPollList();

  const uint64_t max_registered_bytes_;
  std::atomic<uint64_t> registered_bytes_{0};
  const Finish finish_;
  LinkCounters counters_;
  std::string description_;
  uint64_t incarnation_ = 0;
  uint8_t ip_[16] = {};
  uint16_t port_ = 0;
  int listen_fd_ = -1;
  TcpRegistrations registrations_;
  std::vector<std::unique_ptr<TcpService>> services_;
  /// By incarnation.
  std::map<uint64_t, std::unique_ptr<TcpLink>> links_;
  /// [event, listener, services, links that have a connection]
  std::vector<pollfd> poll_list_;

  OpInbox inbox_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace tierbench
