#include "fabric_link.h"

#include <errno.h>
#include <rdma/fi_rma.h>
#include <string.h>
#include <sys/mman.h>

#include <algorithm>

#include "../../src/monotonic_clock.h"
#include "break_sockets.h"

namespace tierbench {
namespace {

/// Longer transfers are cut, so that several are under way and none outlasts a device's limit.
constexpr uint64_t kPieceBytes = 1u << 20;
/// Operations under way to one peer, and their bytes: enough to hide a round trip at 400 Gbit/s, few enough to take back.
constexpr uint32_t kPieces = 64;
constexpr uint64_t kWindowBytes = 32u << 20;
constexpr uint32_t kScratchBytes = 64;
/// How often deadlines and the peer's life are looked at.
constexpr uint64_t kLookNs = 1'000'000;
/// How long a connection that is given up may take to return what is under way.
constexpr uint64_t kDrainNs = 20'000'000;
constexpr uint64_t kFirstRetryNs = 4'000'000;
constexpr uint64_t kLongestRetryNs = 250'000'000;
/// ibv_wc_status: the peer's device refused the key or the range.
constexpr int kRemoteAccessError = 10;

BeaconAddress beaconOf(const FabricKey &key) {
  BeaconAddress address{};
  memcpy(address.ip, key.host_ip, sizeof address.ip);
  address.port = static_cast<uint16_t>(key.host_port);
  return address;
}

}  // namespace

FabricLink::FabricLink(FabricDomain &domain, const FabricKey &peer, Finish finish, LinkCounters &counters)
    : domain_(domain),
      peer_(peer),
      finish_(std::move(finish)),
      counters_(counters),
      watch_(beaconOf(peer), peer.incarnation),
      pieces_(kPieces) {
  for (uint32_t i = 0; i < kPieces; i++) {
    pieces_[i].scratch = i;
    free_pieces_.push_back(&pieces_[i]);
  }
}

/// A check of a remote header may be under way although no op is.
FabricLink::~FabricLink() {
  drain();
  endpoint_.close();
  if (scratch_mr_ != nullptr) fi_close(&scratch_mr_->fid);
  if (scratch_ != nullptr) munmap(scratch_, kPieces * kScratchBytes);
}

int FabricLink::open() {
  void *at = mmap(nullptr, kPieces * kScratchBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return -errno;
  scratch_ = static_cast<uint8_t *>(at);
  return domain_.registerMemory(scratch_, kPieces * kScratchBytes, &scratch_mr_);
}

void FabricLink::add(FabricOp *op) {
  op->issued_bytes = 0;
  op->pieces_in_flight = 0;
  op->link_index = static_cast<uint32_t>(ops_.size());
  ops_.push_back(op);
  op->remote->active++;
  queue(op);
}

void FabricLink::queue(FabricOp *op) {
  RemoteRegion *remote = op->remote;
  if (remote->check == RemoteRegion::Check::kValid) return ready_.push_back(op);
  remote->held.push_back(op);
  if (remote->check == RemoteRegion::Check::kChecking) return;
  remote->check = RemoteRegion::Check::kChecking;
  unchecked_.push_back(remote);
}

bool FabricLink::progress(uint64_t now_ns) {
  bool moved = false;
  if (now_ns >= next_look_ns_) {
    next_look_ns_ = now_ns + kLookNs;
    moved = expire(now_ns);
    lookAtPeer(now_ns);
  }
  if (endpoint_.isOpen()) moved |= reap(now_ns);
  if (ops_.empty() || watch_.state() != PeerWatch::State::kAlive || now_ns < retry_at_ns_) return moved;
  if (!endpoint_.isOpen()) {
    const int error = connect();
    if (error != 0) lose(now_ns, error);
    if (error != 0) return moved;
  }
  return issue(now_ns) || moved;
}

/// A peer whose process ended is dead at once, whatever the device still tries.
void FabricLink::lookAtPeer(uint64_t now_ns) {
  if (watch_.state() == PeerWatch::State::kIdle && (ops_.empty() || now_ns < retry_at_ns_)) return;
  const auto state = watch_.progress();
  if (state == PeerWatch::State::kDead) {
    peer_dead_ = true;
    takeBack();
    watch_.reset();
    endAll(TB_PEER_DEAD, 0);
  } else if (state == PeerWatch::State::kUnreachable && now_ns >= retry_at_ns_) {
    const int error = watch_.error();
    watch_.reset();
    lose(now_ns, -error);
  }
}

int FabricLink::connect() {
  int error = endpoint_.open(domain_);
  if (error == 0) error = endpoint_.setPeer(peer_.endpoint);
  if (error == 0) counters_.connected++;
  return error;
}

/// Starts what the window allows; false when nothing could be started.
bool FabricLink::issue(uint64_t now_ns) {
  bool moved = false;
  while (in_flight_ < (one_at_a_time_ ? 1 : kPieces) && in_flight_bytes_ < kWindowBytes) {
    ssize_t error;
    if (!unchecked_.empty()) {
      error = issueCheck(unchecked_.front());
      if (error == 0) unchecked_.pop_front();
    } else if (!ready_.empty()) {
      error = issuePiece(ready_.front());
      if (error == 0 && ready_.front()->issued_bytes == ready_.front()->bytes) ready_.pop_front();
    } else {
      return moved;
    }
    if (error == -FI_EAGAIN) return moved;
    if (error != 0) {
      lose(now_ns, static_cast<int>(error));
      return true;
    }
    moved = true;
  }
  return moved;
}

ssize_t FabricLink::issueCheck(RemoteRegion *remote) {
  Piece *piece = takePiece(nullptr, remote, kRegionIdentityBytes);
  uint8_t *into = scratch_ + piece->scratch * kScratchBytes;
  const ssize_t error = fi_read(endpoint_.endpoint(), into, kRegionIdentityBytes, fi_mr_desc(scratch_mr_),
                                endpoint_.peer(), remote->key.base, remote->key.remote_key, piece);
  if (error != 0) putPiece(piece);
  return error;
}

ssize_t FabricLink::issuePiece(FabricOp *op) {
  const uint64_t longest = std::min<uint64_t>(kPieceBytes, domain_.longestTransferBytes());
  const uint64_t bytes = std::min(op->bytes - op->issued_bytes, longest);
  Piece *piece = takePiece(op, op->remote, bytes);
  uint8_t *at = op->local->region.data() + op->region_offset + op->issued_bytes;
  const uint64_t remote_at = op->remote->key.base + kRegionHeaderBytes + op->remote_offset + op->issued_bytes;
  void *descriptor = fi_mr_desc(op->local->mr);
  const ssize_t error = op->kind == TB_FABRIC_PUT
                            ? fi_write(endpoint_.endpoint(), at, bytes, descriptor, endpoint_.peer(), remote_at,
                                       op->remote->key.remote_key, piece)
                            : fi_read(endpoint_.endpoint(), at, bytes, descriptor, endpoint_.peer(), remote_at,
                                      op->remote->key.remote_key, piece);
  if (error != 0) {
    putPiece(piece);
    return error;
  }
  op->issued_bytes += bytes;
  op->pieces_in_flight++;
  return 0;
}

bool FabricLink::reap(uint64_t now_ns) {
  fi_cq_entry entries[32];
  bool moved = false;
  for (;;) {
    const ssize_t count = fi_cq_read(endpoint_.completions(), entries, std::size(entries));
    if (count == -FI_EAGAIN) return moved;
    if (count < 0) {
      broken(now_ns, static_cast<int>(count));
      return true;
    }
    for (ssize_t i = 0; i < count; i++) completed(static_cast<Piece *>(entries[i].op_context));
    moved = true;
  }
}

void FabricLink::completed(Piece *piece) {
  losses_in_a_row_ = 0;
  FabricOp *op = piece->op;
  RemoteRegion *remote = piece->remote;
  const uint8_t *found = scratch_ + piece->scratch * kScratchBytes;
  putPiece(piece);
  if (op == nullptr) {
    if (remote != nullptr) checkDone(remote, found);
    return;
  }
  op->pieces_in_flight--;
  if (op->pieces_in_flight == 0 && op->issued_bytes == op->bytes) end(op, TB_OK, 0);
}

void FabricLink::checkDone(RemoteRegion *remote, const uint8_t *found) {
  const bool same = memcmp(found, remote->key.identity, kRegionIdentityBytes) == 0;
  if (!same) return endRemote(remote, TB_DEAD_KEY, 0);
  remote->check = RemoteRegion::Check::kValid;
  ready_.insert(ready_.end(), remote->held.begin(), remote->held.end());
  remote->held.clear();
}

/// The completion queue reports an error: the connection is of no more use, and one of its operations may be why.
void FabricLink::broken(uint64_t now_ns, int error) {
  RemoteRegion *blamed = nullptr;
  if (error == -FI_EAVAIL) {
    fi_cq_err_entry entry{};
    fi_cq_readerr(endpoint_.completions(), &entry, 0);
    error = -entry.err;
    const bool refused = entry.err == FI_EACCES || entry.prov_errno == kRemoteAccessError;
    auto *piece = static_cast<Piece *>(entry.op_context);
    if (piece != nullptr && refused) blamed = piece->remote;
    // Two losses alone, with the peer alive between them, are the key's fault: a dead peer's beacon ends within that time.
    if (piece != nullptr && one_at_a_time_ && piece->remote != nullptr && ++piece->remote->alone_losses == 2)
      blamed = piece->remote;
    if (piece != nullptr) putPiece(piece);
  }
  if (blamed == nullptr) one_at_a_time_ = true;
  lose(now_ns, error);
  if (blamed != nullptr) endRemote(blamed, TB_DEAD_KEY, static_cast<uint32_t>(-error));
}

/// Closes the connection and starts its ops again later.
void FabricLink::lose(uint64_t now_ns, int error) {
  takeBack();
  counters_.lost++;
  last_error_ = -error;
  retry_at_ns_ = now_ns + std::min(kFirstRetryNs << std::min(losses_in_a_row_, 10u), kLongestRetryNs);
  losses_in_a_row_++;
}

/// Lets the provider return what is under way, as endpoints are not closed over that (see break_sockets.h). What completes here is
/// done again, or has ended otherwise: puts and gets may be. What a device has not returned by kDrainNs is given up: verbs ends it
/// when the endpoint is closed, and libfabric 1.17's tcp provider, which would not, returns at once what waited at a broken socket.
void FabricLink::drain() {
  if (!endpoint_.isOpen() || in_flight_ == 0) return;
  breakSockets(peer_.endpoint, peer_.endpoint_bytes);
  const uint64_t until_ns = monotonicNs() + kDrainNs;
  fi_cq_entry entries[32];
  fi_cq_err_entry error{};
  for (ssize_t left = in_flight_; left > 0 && monotonicNs() < until_ns;) {
    const ssize_t count = fi_cq_read(endpoint_.completions(), entries, std::size(entries));
    if (count > 0) left -= count;
    if (count == -FI_EAVAIL) left -= fi_cq_readerr(endpoint_.completions(), &error, 0) == 1 ? 1 : 0;
    if (count < 0 && count != -FI_EAVAIL && count != -FI_EAGAIN) return;
  }
}

void FabricLink::takeBack() {
  drain();
  endpoint_.close();
  free_pieces_.clear();
  for (Piece &piece : pieces_) free_pieces_.push_back(&piece);
  in_flight_ = 0;
  in_flight_bytes_ = 0;
  ready_.clear();
  unchecked_.clear();
  for (FabricOp *op : ops_) {
    op->remote->check = RemoteRegion::Check::kUnchecked;
    op->remote->held.clear();
  }
  for (FabricOp *op : ops_) {
    if (op->issued_bytes > 0) counters_.retried_ops++;
    op->issued_bytes = 0;
    op->pieces_in_flight = 0;
    queue(op);
  }
}

/// Ends ops that are overdue or cancelled. Overdue ones with bytes under way cost the connection: nothing else takes them back.
bool FabricLink::expire(uint64_t now_ns) {
  const auto overdue = [now_ns](const FabricOp *op) { return now_ns >= op->deadline_ns; };
  const bool stuck = std::any_of(ops_.begin(), ops_.end(),
                                 [&](const FabricOp *op) { return overdue(op) && op->pieces_in_flight > 0; });
  if (stuck) lose(now_ns, -ETIMEDOUT);
  bool moved = stuck;
  for (size_t i = ops_.size(); i-- > 0;) {
    FabricOp *op = ops_[i];
    const bool cancelled = op->cancelled.load(std::memory_order_relaxed);
    if (op->pieces_in_flight > 0 || !(cancelled || overdue(op))) continue;
    end(op, cancelled ? TB_CANCELLED : TB_TIMEOUT, static_cast<uint32_t>(cancelled ? 0 : last_error_));
    moved = true;
  }
  return moved;
}

/// `op` has nothing under way.
void FabricLink::end(FabricOp *op, int32_t code, uint32_t error) {
  RemoteRegion *remote = op->remote;
  ops_[op->link_index] = ops_.back();
  ops_[op->link_index]->link_index = op->link_index;
  ops_.pop_back();
  if (code != TB_OK) {
    std::erase(ready_, op);
    std::erase(remote->held, op);
  }
  if (--remote->active == 0) forget(remote);
  if (ops_.empty()) one_at_a_time_ = false;
  finish_(op, code, error);
}

/// The next burst on this memory checks it again. A check that is under way is waited for by nobody.
void FabricLink::forget(RemoteRegion *remote) {
  remote->check = RemoteRegion::Check::kUnchecked;
  remote->alone_losses = 0;
  std::erase(unchecked_, remote);
  for (Piece &piece : pieces_) {
    if (piece.remote == remote) piece.remote = nullptr;
  }
}

void FabricLink::endAll(int32_t code, uint32_t error) {
  while (!ops_.empty()) end(ops_.back(), code, error);
}

void FabricLink::endRemote(const RemoteRegion *remote, int32_t code, uint32_t error) {
  std::vector<FabricOp *> named;
  std::copy_if(ops_.begin(), ops_.end(), std::back_inserter(named), [&](FabricOp *op) { return op->remote == remote; });
  for (FabricOp *op : named) end(op, code, error);
}

FabricLink::Piece *FabricLink::takePiece(FabricOp *op, RemoteRegion *remote, uint64_t bytes) {
  Piece *piece = free_pieces_.back();
  free_pieces_.pop_back();
  piece->op = op;
  piece->remote = remote;
  piece->bytes = bytes;
  in_flight_++;
  in_flight_bytes_ += bytes;
  return piece;
}

void FabricLink::putPiece(Piece *piece) {
  free_pieces_.push_back(piece);
  in_flight_--;
  in_flight_bytes_ -= piece->bytes;
  piece->op = nullptr;
  piece->remote = nullptr;
}

}  // namespace tierbench
