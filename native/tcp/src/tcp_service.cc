#include "tcp_service.h"

#include <poll.h>

namespace tierbench {
namespace {

/// A peer that does not read its answers is not read from.
constexpr size_t kMostAnswers = 4096;

}  // namespace

TcpService::TcpService(int fd, const TcpRegistrations &registrations, uint64_t incarnation)
    : registrations_(registrations), stream_(fd) {
  stream_.send({kTcpFrameMagic, TcpFrameKind::kGreeting, incarnation, 0, 0, 0, 0}, nullptr, nullptr);
}

short TcpService::events() const {
  const short in = stream_.outgoingCount() < kMostAnswers ? POLLIN : 0;
  return static_cast<short>(in | (stream_.hasOutgoing() ? POLLOUT : 0));
}

bool TcpService::progress(short events, bool *moved) {
  // A peer that has given up resets its connection: what it sent before must not reach memory that may have another use by now.
  if ((events & (POLLERR | POLLNVAL)) != 0) return false;
  if ((events & (POLLIN | POLLHUP)) != 0 && stream_.receive(this, moved) != 0) return false;
  return stream_.flush(moved) == 0;
}

bool TcpService::forget(const LocalRegion *local) {
  if (put_into_ == local) {
    stream_.discardRest();
    put_into_ = nullptr;
    put_code_ = TB_DEAD_KEY;
  }
  bool first = true;
  for (FrameStream::Outgoing &out : stream_.outgoing()) {
    const bool under_way = first && stream_.firstIsUnderWay();
    first = false;
    if (out.owner != local) continue;
    if (under_way) return false;
    out = {{kTcpFrameMagic, TcpFrameKind::kAnswer, 0, 0, 0, TB_DEAD_KEY, 0}, nullptr, nullptr};
  }
  return true;
}

bool TcpService::frame(const TcpFrame &frame) {
  if (frame.kind != TcpFrameKind::kPut && frame.kind != TcpFrameKind::kGet) return false;
  if (frame.bytes == 0) return false;
  LocalRegion *local = nullptr;
  const int32_t code = judge(frame, &local);
  uint8_t *at = code == TB_OK ? local->region.data() + frame.offset : nullptr;
  if (frame.kind == TcpFrameKind::kPut) {
    put_into_ = code == TB_OK ? local : nullptr;
    put_code_ = code;
    stream_.expect(at, frame.bytes);
  } else {
    answer(code, at, code == TB_OK ? frame.bytes : 0, local);
  }
  return true;
}

int32_t TcpService::judge(const TcpFrame &frame, LocalRegion **local) const {
  const auto found = registrations_.find(frame.number);
  if (found == registrations_.end() || !found->second->region.live()) return TB_DEAD_KEY;
  *local = found->second;
  return (*local)->region.holds(frame.offset, frame.bytes) ? TB_OK : TB_OUT_OF_RANGE;
}

void TcpService::received() {
  if (put_into_ != nullptr && !put_into_->region.live()) put_code_ = TB_DEAD_KEY;
  put_into_ = nullptr;
  answer(put_code_, nullptr, 0, nullptr);
}

void TcpService::answer(int32_t code, const uint8_t *bytes, uint64_t count, const LocalRegion *local) {
  stream_.send({kTcpFrameMagic, TcpFrameKind::kAnswer, 0, 0, count, code, 0}, bytes, local);
}

}  // namespace tierbench
