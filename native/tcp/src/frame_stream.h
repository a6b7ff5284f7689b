// Frames and the bytes behind them over one non-blocking socket. Bytes go straight from and to the memory they belong to; a
// read takes the rest of them and the next frame at once.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>

#include "tcp_frame.h"

namespace tierbench {

/// Who understands the frames of a stream.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  /// False: no frame that may come now; the stream is given up.
  virtual bool frame(const TcpFrame &frame) = 0;
  /// More of the bytes that frame() has asked for are where they belong.
  virtual void arrived(uint64_t) {}
  /// All bytes that frame() has asked for are there, or were thrown away.
  virtual void received() = 0;
};

class FrameStream {
 public:
  struct Outgoing {
    TcpFrame frame;
    const uint8_t *bytes;
    /// What the bytes lie in; null without bytes.
    const void *owner;
  };

  /// Owns the socket.
  explicit FrameStream(int fd) : fd_(fd) {}
  FrameStream(const FrameStream &) = delete;
  FrameStream &operator=(const FrameStream &) = delete;
  ~FrameStream();

  int fd() const { return fd_; }
  /// The kernel throws away what neither side has read or sent, and the peer sees a reset.
  void reset();

  /// `bytes` stay where they are until they are sent; null: the frame alone goes.
  void send(const TcpFrame &frame, const uint8_t *bytes, const void *owner) { outgoing_.push_back({frame, bytes, owner}); }
  /// Sends what the socket takes; 0 or errno. `moved` is set when something went.
  int flush(bool *moved);
  bool hasOutgoing() const { return !outgoing_.empty(); }
  size_t outgoingCount() const { return outgoing_.size(); }
  /// What waits and of which nothing is sent; the first may be under way.
  std::deque<Outgoing> &outgoing() { return outgoing_; }
  bool firstIsUnderWay() const { return sent_bytes_ > 0; }

  /// To be called by frame(): `bytes` follow and go to `to`; null: they are thrown away.
  void expect(uint8_t *to, uint64_t bytes);
  void discardRest() { to_ = nullptr; }
  /// Reads what is there, up to a bound a call; 0 or errno (ECONNRESET: the peer closed it, EPROTO: no frame).
  int receive(FrameSink *sink, bool *moved);

 private:
  ssize_t readSome();
  bool take(FrameSink *sink, uint64_t bytes);

  int fd_;
  std::deque<Outgoing> outgoing_;
  /// Of the first outgoing frame and its bytes.
  uint64_t sent_bytes_ = 0;
  TcpFrame frame_{};
  uint64_t frame_bytes_ = 0;
  uint8_t *to_ = nullptr;
  uint64_t expected_bytes_ = 0;
  /// Bytes that nobody wants go here.
  std::unique_ptr<uint8_t[]> waste_;
};

}  // namespace tierbench
