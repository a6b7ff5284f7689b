// Everything this process asks of one other process: an endpoint of its own, so that closing it takes back what is under way
// there and nothing else. Runs on the fabric thread.
//
// Before a burst of ops on a remote region its header is read and compared with the key: a key whose memory was closed, or
// given to another generation, ends as dead_key before a byte of it is moved. Ops move in pieces; a lost connection starts its
// ops again from their first byte until their deadlines. Where a provider does not say which operation broke a connection (tcp),
// ops run one at a time afterwards, and one that breaks it alone twice, while the peer lives, has a dead key.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "../../fabric/src/fabric_engine.h"
#include "fabric_endpoint.h"
#include "peer_beacon.h"

namespace tierbench {

class FabricLink {
 public:
  using Finish = FabricEngine::Finish;

  FabricLink(FabricDomain &domain, const FabricKey &peer, Finish finish, LinkCounters &counters);
  FabricLink(const FabricLink &) = delete;
  FabricLink &operator=(const FabricLink &) = delete;
  ~FabricLink();

  /// 0 or −errno.
  int open();
  void add(FabricOp *op);
  /// True when something moved.
  bool progress(uint64_t now_ns);
  bool idle() const { return ops_.empty(); }
  /// The peer has gone, and nothing is asked of it any more.
  bool isOver() const { return peer_dead_ && ops_.empty(); }
  const FabricEndpoint &endpoint() const { return endpoint_; }
  int watchFd() const { return watch_.fd(); }

 private:
  struct Piece {
    /// Null: a check of the remote region.
    FabricOp *op;
    /// Null: nobody waits for this any more.
    RemoteRegion *remote;
    uint64_t bytes;
    uint32_t scratch;
  };

  void queue(FabricOp *op);
  void lookAtPeer(uint64_t now_ns);
  int connect();
  bool issue(uint64_t now_ns);
  ssize_t issueCheck(RemoteRegion *remote);
  ssize_t issuePiece(FabricOp *op);
  bool reap(uint64_t now_ns);
  void completed(Piece *piece);
  void checkDone(RemoteRegion *remote, const uint8_t *found);
  void broken(uint64_t now_ns, int error);
  void lose(uint64_t now_ns, int error);
  void drain();
  void takeBack();
  bool expire(uint64_t now_ns);
  void end(FabricOp *op, int32_t code, uint32_t error);
  void endAll(int32_t code, uint32_t error);
  void endRemote(const RemoteRegion *remote, int32_t code, uint32_t error);
  void forget(RemoteRegion *remote);
  Piece *takePiece(FabricOp *op, RemoteRegion *remote, uint64_t bytes);
  void putPiece(Piece *piece);

  FabricDomain &domain_;
  const FabricKey peer_;
  const Finish finish_;
  LinkCounters &counters_;
  PeerWatch watch_;
  FabricEndpoint endpoint_;
  /// Headers read from remote regions: [kPieces][64].
  uint8_t *scratch_ = nullptr;
  fid_mr *scratch_mr_ = nullptr;

  std::vector<FabricOp *> ops_;
  std::deque<FabricOp *> ready_;
  std::deque<RemoteRegion *> unchecked_;
  std::vector<Piece> pieces_;
  std::vector<Piece *> free_pieces_;
  uint32_t in_flight_ = 0;
  uint64_t in_flight_bytes_ = 0;
  bool peer_dead_ = false;
  bool one_at_a_time_ = false;
  int last_error_ = 0;
  uint32_t losses_in_a_row_ = 0;
  uint64_t retry_at_ns_ = 0;
  uint64_t next_look_ns_ = 0;
};

}  // namespace tierbench
