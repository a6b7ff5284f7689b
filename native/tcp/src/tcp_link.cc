#include "tcp_link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>

#include "tcp_address.h"

namespace tierbench {
namespace {

/// Ops ahead of their answers: enough to keep a long link busy, few enough to send again.
constexpr size_t kMostUnderWay = 64;
constexpr uint64_t kRetryNs = 50'000'000;
/// Connections lost in a row, without an answer, before ops are given up.
constexpr uint32_t kMostLosses = 3;

/// Ends those that `judge` gives a code, in order.
template <typename Judge>
bool endThose(std::deque<FabricOp *> *ops, const FabricEngine::Finish &finish, Judge judge) {
  const size_t before = ops->size();
  std::erase_if(*ops, [&](FabricOp *op) {
    const int32_t code = judge(op);
    if (code != TB_OK) finish(op, code, 0);
    return code != TB_OK;
  });
  return ops->size() != before;
}

}  // namespace

TcpLink::TcpLink(const FabricKey &peer, const FabricEngine::Finish &finish, LinkCounters &counters)
    : peer_(peer), finish_(finish), counters_(counters) {}

short TcpLink::events() const {
  const bool sends = state_ == State::kConnecting || (state_ == State::kOpen && stream_->hasOutgoing());
  return static_cast<short>(POLLIN | (sends ? POLLOUT : 0));
}

void TcpLink::progress(short events, uint64_t now_ns, bool *moved) {
  if (state_ == State::kIdle && !waiting_.empty() && now_ns >= retry_ns_) connect(now_ns);
  if (state_ == State::kConnecting && (events & (POLLOUT | POLLERR | POLLHUP)) != 0) {
    int error = 0;
    socklen_t bytes = sizeof error;
    getsockopt(stream_->fd(), SOL_SOCKET, SO_ERROR, &error, &bytes);
    if (error != 0) return lose(error, now_ns);
    state_ = State::kGreeting;
    *moved = true;
  }
  if (state_ != State::kGreeting && state_ != State::kOpen) return;
  int error = 0;
  if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) error = stream_->receive(this, moved);
  if (error == 0 && state_ == State::kOpen) {
    sendWaiting();
    error = stream_->flush(moved);
  }
  if (error != 0) lose(error, now_ns);
}

void TcpLink::connect(uint64_t now_ns) {
  const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return finishAll(TB_EXHAUSTED, errno);
  tuneStream(fd);
  stream_ = std::make_unique<FrameStream>(fd);
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  memcpy(&to.sin6_addr, peer_.host_ip, sizeof to.sin6_addr);
  to.sin6_port = htons(static_cast<uint16_t>(peer_.host_port));
  state_ = State::kConnecting;
  const bool begun = ::connect(fd, reinterpret_cast<sockaddr *>(&to), sizeof to) == 0 || errno == EINPROGRESS;
  if (!begun) lose(errno, now_ns);
}

void TcpLink::sendWaiting() {
  while (!waiting_.empty() && under_way_.size() < kMostUnderWay) {
    FabricOp *op = waiting_.front();
    waiting_.pop_front();
    const bool is_put = op->kind == TB_FABRIC_PUT;
    const TcpFrameKind kind = is_put ? TcpFrameKind::kPut : TcpFrameKind::kGet;
    const uint8_t *bytes = is_put ? op->local->region.data() + op->region_offset : nullptr;
    stream_->send({kTcpFrameMagic, kind, op->remote->key.remote_key, op->remote_offset, op->bytes, 0, 0}, bytes, op->local);
    under_way_.push_back(op);
  }
}

bool TcpLink::frame(const TcpFrame &frame) {
  if (state_ == State::kGreeting) {
    if (frame.kind != TcpFrameKind::kGreeting || frame.number != peer_.incarnation) return false;
    state_ = State::kOpen;
    counters_.connected++;
    return true;
  }
  // Only what is wholly sent has an answer.
  if (frame.kind != TcpFrameKind::kAnswer || under_way_.size() <= stream_->outgoingCount()) return false;
  FabricOp *op = under_way_.front();
  const bool brings_bytes = op->kind == TB_FABRIC_GET && frame.code == TB_OK;
  if (frame.bytes != (brings_bytes ? op->bytes : 0)) return false;
  if (frame.code != TB_OK && frame.code != TB_DEAD_KEY && frame.code != TB_OUT_OF_RANGE) return false;
  if (brings_bytes) beginBytes(op);
  else finishFirst(frame.code, 0);
  return true;
}

void TcpLink::beginBytes(FabricOp *op) {
  stream_->expect(op->local->region.data() + op->region_offset, op->bytes);
  verifier_.reset();
  if (op->verify) verifier_.emplace(op->bytes, op->identity);
  arrived_bytes_ = checked_bytes_ = 0;
}

/// Checks what came while it is in the cache; a verifier wants the whole header first, and whole steps up to the end.
void TcpLink::arrived(uint64_t bytes) {
  if (!verifier_.has_value()) return;
  const FabricOp *op = under_way_.front();
  arrived_bytes_ += bytes;
  const bool is_end = arrived_bytes_ == op->bytes;
  const uint64_t to_check = is_end ? arrived_bytes_ : arrived_bytes_ / kBlockHeaderBytes * kBlockHeaderBytes;
  if (to_check == checked_bytes_) return;
  verifier_->feed(op->local->region.data() + op->region_offset + checked_bytes_, to_check - checked_bytes_);
  checked_bytes_ = to_check;
}

void TcpLink::received() {
  if (!verifier_.has_value()) return finishFirst(TB_OK, 0);
  const BlockVerdict verdict = verifier_->verdict();
  const bool ok = verdict.state == BlockState::kOk;
  const int32_t code = ok ? TB_OK : verdict.state == BlockState::kStale ? TB_STALE : TB_CORRUPT;
  finishFirst(code, verdict.found_weights_version);
}

void TcpLink::finishFirst(int32_t code, uint32_t value) {
  FabricOp *op = under_way_.front();
  under_way_.pop_front();
  losses_ = 0;
  finish_(op, code, value);
}

void TcpLink::endDue(uint64_t now_ns) {
  const auto judge = [now_ns](const FabricOp *op) {
    if (op->cancelled) return TB_CANCELLED;
    return op->deadline_ns <= now_ns ? TB_TIMEOUT : TB_OK;
  };
  endThose(&waiting_, finish_, judge);
  const bool any_due = std::any_of(under_way_.begin(), under_way_.end(),
                                   [&](const FabricOp *op) { return judge(op) != TB_OK; });
  if (!any_due) return;
  stream_->reset();
  // Before the ops end: nothing may come for them then.
  stream_.reset();
  endThose(&under_way_, finish_, judge);
  drop();
}

uint64_t TcpLink::nextLookNs() const {
  uint64_t next = ~uint64_t{0};
  for (const FabricOp *op : waiting_) next = std::min(next, op->deadline_ns);
  for (const FabricOp *op : under_way_) next = std::min(next, op->deadline_ns);
  return state_ == State::kIdle && !waiting_.empty() ? std::min(next, retry_ns_) : next;
}

/// The connection is gone: what was under way waits again, in its order.
void TcpLink::drop() {
  stream_.reset();
  state_ = State::kIdle;
  counters_.lost++;
  counters_.retried_ops += under_way_.size();
  waiting_.insert(waiting_.begin(), under_way_.begin(), under_way_.end());
  under_way_.clear();
}

void TcpLink::lose(int error, uint64_t now_ns) {
  const State was = state_;
  drop();
  const bool another = was == State::kGreeting && error == EPROTO;
  if (another || (was == State::kConnecting && error == ECONNREFUSED)) return finishAll(TB_PEER_DEAD, error);
  if (++losses_ >= kMostLosses && was == State::kOpen) return finishAll(TB_IO_ERROR, error);
  // A host that is not reached for now is tried again until the ops are late.
  retry_ns_ = was == State::kOpen ? now_ns : now_ns + kRetryNs;
}

void TcpLink::finishAll(int32_t code, int error) {
  losses_ = 0;
  std::deque<FabricOp *> ended;
  std::swap(ended, waiting_);
  for (FabricOp *op : ended) finish_(op, code, static_cast<uint32_t>(error));
}

}  // namespace tierbench
