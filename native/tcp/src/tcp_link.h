// Everything this process asks of one other process: ops are sent in order over one connection, a bounded number ahead of their
// answers. A lost connection is made again and its ops are sent again, from their first byte; a process that refuses, or that is
// another one by now, is dead. An op that must end while its bytes are under way takes the connection with it, so that nothing
// comes for it afterwards.
#pragma once
#include <deque>
#include <memory>
#include <optional>

#include "../../fabric/src/fabric_engine.h"
#include "frame_stream.h"

namespace tierbench {

class TcpLink : private FrameSink {
 public:
  TcpLink(const FabricKey &peer, const FabricEngine::Finish &finish, LinkCounters &counters);

  void add(FabricOp *op) { waiting_.push_back(op); }
  /// −1 without a connection.
  int fd() const { return stream_ == nullptr ? -1 : stream_->fd(); }
  short events() const;
  /// Moves what can be moved; `events` are those that poll has seen.
  void progress(short events, uint64_t now_ns, bool *moved);
  /// Ends the ops that are cancelled or late.
  void endDue(uint64_t now_ns);
  bool idle() const { return waiting_.empty() && under_way_.empty(); }
  /// When the first op is late or a connection is tried again; ~0: neither.
  uint64_t nextLookNs() const;

 private:
  enum class State { kIdle, kConnecting, kGreeting, kOpen };

  bool frame(const TcpFrame &frame) override;
  void arrived(uint64_t bytes) override;
  void received() override;
  void connect(uint64_t now_ns);
  void sendWaiting();
  void beginBytes(FabricOp *op);
  void finishFirst(int32_t code, uint32_t value);
  void lose(int error, uint64_t now_ns);
  void drop();
  void finishAll(int32_t code, int error);

  const FabricKey peer_;
  const FabricEngine::Finish &finish_;
  LinkCounters &counters_;
  State state_ = State::kIdle;
  std::unique_ptr<FrameStream> stream_;
  std::deque<FabricOp *> waiting_;
  /// Sent or being sent, in order: the answers come in this order.
  std::deque<FabricOp *> under_way_;
  /// Of the get whose bytes are coming, when it is verified: what has come, and how much of that has been checked.
  std::optional<BlockVerifier> verifier_;
  uint64_t arrived_bytes_ = 0;
  uint64_t checked_bytes_ = 0;
  uint64_t retry_ns_ = 0;
  /// Since an op was answered.
  uint32_t losses_ = 0;
};

}  // namespace tierbench
