// What goes over a connection between two processes. The serving side greets with its incarnation; then the other side sends
// requests, a put with its bytes behind it, and each is answered in order, a get with its bytes behind the answer. Both sides
// are little-endian 64-bit machines.
#pragma once
#include <cstdint>

namespace tierbench {

constexpr uint32_t kTcpFrameMagic = 0x32546274;  // "tbT2"

enum class TcpFrameKind : uint32_t { kGreeting = 1, kPut = 2, kGet = 3, kAnswer = 4 };

struct TcpFrame {
  uint32_t magic;
  TcpFrameKind kind;
  /// Greeting: the incarnation; request: the registration; answer: 0.
  uint64_t number;
  uint64_t offset;
  /// Of a request; of an answer, how many follow it.
  uint64_t bytes;
  /// Answer: TB_OK, TB_DEAD_KEY or TB_OUT_OF_RANGE.
  int32_t code;
  uint32_t reserved;
};
static_assert(sizeof(TcpFrame) == 40);

}  // namespace tierbench
