#include "memcpy_baseline.h"

#include <sched.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "monotonic_clock.h"

namespace tierbench {

uint64_t MemcpyBaseline::copyNs(uint64_t bytes, uint32_t count, uint32_t threads) {
  std::atomic<uint32_t> waiting{0};
  std::atomic<bool> started{false};
  const auto copyShare = [&](uint32_t thread) {
    for (uint64_t piece = thread; piece < count; piece += threads) {
      memcpy(to_.data() + piece * bytes, from_.data() + piece * bytes, bytes);
      asm volatile("" ::: "memory");  // the copy is not optimised away
    }
  };
  std::vector<std::thread> others;
  for (uint32_t thread = 1; thread < threads; thread++) {
    others.emplace_back([&, thread] {
      waiting++;
      while (!started.load(std::memory_order_acquire)) sched_yield();
      copyShare(thread);
    });
  }
  while (waiting.load() < threads - 1) sched_yield();
  const uint64_t start_ns = monotonicNs();
  started.store(true, std::memory_order_release);
  copyShare(0);
  for (auto &other : others) other.join();
  return monotonicNs() - start_ns;
}

}  // namespace tierbench
