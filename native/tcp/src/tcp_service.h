// One process that is connected to this one, and what it may do: put into and get from registered memory. What it asks for is
// checked before a byte moves: a registration that has ended is a dead key, for it and for what it has asked for before.
#pragma once
#include <unordered_map>

#include "../../fabric/src/fabric_op.h"
#include "frame_stream.h"

namespace tierbench {

/// By registration.
using TcpRegistrations = std::unordered_map<uint64_t, LocalRegion *>;

class TcpService : private FrameSink {
 public:
  /// Owns the socket.
  TcpService(int fd, const TcpRegistrations &registrations, uint64_t incarnation);

  int fd() const { return stream_.fd(); }
  /// What to poll for.
  short events() const;
  /// False: the connection is to be closed.
  bool progress(short events, bool *moved);
  /// Memory that is no longer registered; false: it is being sent, and the connection is to be closed.
  bool forget(const LocalRegion *local);

 private:
  bool frame(const TcpFrame &frame) override;
  void received() override;
  int32_t judge(const TcpFrame &frame, LocalRegion **local) const;
  void answer(int32_t code, const uint8_t *bytes, uint64_t count, const LocalRegion *local);

  const TcpRegistrations &registrations_;
  FrameStream stream_;
  /// The put whose bytes are coming: where they go, and how it will end.
  LocalRegion *put_into_ = nullptr;
  int32_t put_code_ = TB_OK;
};

}  // namespace tierbench
