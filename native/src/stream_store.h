// Stores that pass the caches by. A copy that is larger than a cache writes about a third faster with them, because the lines
// written are not read from memory first. On machines without such stores they are ordinary ones.
#pragma once
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tierbench {

typedef uint64_t Pair16 __attribute__((vector_size(16)));

/// Shorter copies are likely to be read again while they are in a cache.
constexpr uint64_t kStreamBytes = 256 * 1024;

/// Streaming stores need 16-byte alignment.
inline bool canStream(const void *to) { return (reinterpret_cast<uintptr_t>(to) & 15) == 0; }

inline void streamStore(void *to, Pair16 value) {
#ifdef __SSE2__
  _mm_stream_si128(static_cast<__m128i *>(to), reinterpret_cast<__m128i>(value));
#else
  memcpy(to, &value, sizeof value);
#endif
}

/// Orders streaming stores before what follows: to be called behind the last one of an operation.
inline void streamFence() {
#ifdef __SSE2__
  _mm_sfence();
#endif
}

/// Like memcpy; `to` is 16-byte aligned and the ranges do not overlap.
inline void streamCopy(uint8_t *to, const uint8_t *from, size_t bytes) {
  for (; bytes >= 64; to += 64, from += 64, bytes -= 64) {
    __builtin_prefetch(from + 512);
    Pair16 line[4];
    memcpy(line, from, sizeof line);
    for (int i = 0; i < 4; i++) streamStore(to + 16 * i, line[i]);
  }
  memcpy(to, from, bytes);
  streamFence();
}

}  // namespace tierbench
