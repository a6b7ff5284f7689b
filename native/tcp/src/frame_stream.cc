#include "frame_stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>

namespace tierbench {
namespace {

constexpr uint64_t kWasteBytes = 64 * 1024;
/// Frames that one call to the kernel takes.
constexpr size_t kFramesPerSend = 32;
/// After so many bytes the others of the thread have their turn.
constexpr uint64_t kReceiveTurnBytes = 4u << 20;

bool wouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

uint64_t bytesOf(const FrameStream::Outgoing &out) { return sizeof out.frame + (out.bytes == nullptr ? 0 : out.frame.bytes); }

}  // namespace

FrameStream::~FrameStream() { close(fd_); }

void FrameStream::reset() {
  const linger at_once = {1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

int FrameStream::flush(bool *moved) {
  while (!outgoing_.empty()) {
    iovec parts[2 * kFramesPerSend];
    size_t count = 0;
    uint64_t skip = sent_bytes_;
    for (size_t i = 0; i < std::min(outgoing_.size(), kFramesPerSend); i++) {
      Outgoing &out = outgoing_[i];
      const uint64_t of_frame = std::min<uint64_t>(skip, sizeof out.frame);
      const uint64_t of_bytes = skip - of_frame;
      if (of_frame < sizeof out.frame)
        parts[count++] = {reinterpret_cast<uint8_t *>(&out.frame) + of_frame, sizeof out.frame - of_frame};
      if (out.bytes != nullptr) parts[count++] = {const_cast<uint8_t *>(out.bytes) + of_bytes, out.frame.bytes - of_bytes};
      skip = 0;
    }
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = count;
    const ssize_t sent = sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return wouldBlock(errno) ? 0 : errno;
    *moved = true;
    sent_bytes_ += static_cast<uint64_t>(sent);
    while (!outgoing_.empty() && sent_bytes_ >= bytesOf(outgoing_.front())) {
      sent_bytes_ -= bytesOf(outgoing_.front());
      outgoing_.pop_front();
    }
  }
  return 0;
}

void FrameStream::expect(uint8_t *to, uint64_t bytes) {
  to_ = to;
  expected_bytes_ = bytes;
}

int FrameStream::receive(FrameSink *sink, bool *moved) {
  for (uint64_t taken = 0; taken < kReceiveTurnBytes;) {
    const ssize_t got = readSome();
    if (got == 0) return ECONNRESET;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return wouldBlock(errno) ? 0 : errno;
    *moved = true;
    taken += static_cast<uint64_t>(got);
    if (!take(sink, static_cast<uint64_t>(got))) return EPROTO;
  }
  return 0;
}

ssize_t FrameStream::readSome() {
  iovec parts[2];
  size_t count = 0;
  uint64_t want = expected_bytes_;
  if (want > 0 && to_ == nullptr) {
    if (waste_ == nullptr) waste_.reset(new uint8_t[kWasteBytes]);
    want = std::min(want, kWasteBytes);
    parts[count++] = {waste_.get(), want};
  } else if (want > 0) {
    parts[count++] = {to_, want};
  }
  if (want == expected_bytes_) parts[count++] = {reinterpret_cast<uint8_t *>(&frame_) + frame_bytes_, sizeof frame_ - frame_bytes_};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  return recvmsg(fd_, &message, 0);
}

bool FrameStream::take(FrameSink *sink, uint64_t bytes) {
  if (expected_bytes_ > 0) {
    const uint64_t of_expected = std::min(bytes, expected_bytes_);
    expected_bytes_ -= of_expected;
    bytes -= of_expected;
    if (to_ != nullptr) to_ += of_expected;
    if (to_ != nullptr && of_expected > 0) sink->arrived(of_expected);
    if (expected_bytes_ == 0) sink->received();
  }
  frame_bytes_ += bytes;
  if (frame_bytes_ < sizeof frame_) return true;
  frame_bytes_ = 0;
  return frame_.magic == kTcpFrameMagic && sink->frame(frame_);
}

}  // namespace tierbench
