#include "memcpy_baseline.h"

#include <atomic>
#include <cstring>
#include <thread>

#include "monotonic_clock.h"

namespace tierbench {

uint64_t MemcpyBaseline::copyNs(uint64_t bytes, uint32_t count, uint32_t threads) {
  if (next_ + bytes * count > from_.size()) next_ = 0;
  const uint64_t first = next_;
  next_ += bytes * count;
  std::atomic<bool> started{false};
  std::atomic<uint32_t> taken{0};
  const auto copyPieces = [&] {
    for (uint32_t piece; (piece = taken.fetch_add(1, std::memory_order_relaxed)) < count;) {
      const uint64_t at = first + piece * bytes;
      memcpy(to_.data() + at, from_.data() + at, bytes);
      asm volatile("" ::: "memory");  // the copy is not optimised away
    }
  };
  std::vector<std::thread> others;
  for (uint32_t thread = 1; thread < threads; thread++) {
    others.emplace_back([&] {
      while (!started.load(std::memory_order_acquire)) std::this_thread::yield();
      copyPieces();
    });
  }
  const uint64_t start_ns = monotonicNs();
  started.store(true, std::memory_order_release);
  copyPieces();
  for (auto &other : others) other.join();
  return monotonicNs() - start_ns;
}

}  // namespace tierbench
