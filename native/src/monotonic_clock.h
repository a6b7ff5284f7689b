// CLOCK_MONOTONIC in ns: the one time base of every process of a host.
#pragma once
#include <time.h>

#include <cstdint>

namespace tierbench {

inline uint64_t monotonicNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace tierbench
