#include "memcpy_baseline.h"

#include <cstring>
#include <thread>
#include <vector>

#include "monotonic_clock.h"

namespace tierbench {

uint64_t measureMemcpyNs(uint64_t bytes, uint32_t count, uint32_t rounds, uint32_t threads) {
  // Filled, hence touched: page faults are not what is measured.
  std::vector<uint8_t> from(bytes * count, 1), to(bytes * count, 2);
  const auto copyShare = [&](uint32_t thread) {
    for (uint32_t round = 0; round < rounds; round++) {
      for (uint64_t piece = thread; piece < count; piece += threads) {
        memcpy(to.data() + piece * bytes, from.data() + piece * bytes, bytes);
        asm volatile("" ::: "memory");  // the copy is not optimised away
      }
    }
  };
  const uint64_t start_ns = monotonicNs();
  std::vector<std::thread> others;
  for (uint32_t thread = 1; thread < threads; thread++) others.emplace_back(copyShare, thread);
  copyShare(0);
  for (auto &other : others) other.join();
  return monotonicNs() - start_ns;
}

}  // namespace tierbench
