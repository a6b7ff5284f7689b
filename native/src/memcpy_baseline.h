// What memcpy does on this machine: the yardstick of every copy here. Its two buffers stay for as long as it lives and each call goes
// on where the last one ended, so that a round meets memory that was touched before and that no cache holds, as a store's copy does.
#pragma once
#include <cstdint>
#include <vector>

namespace tierbench {

class MemcpyBaseline {
 public:
  /// Of each buffer; both are touched here, for page faults are not what is measured.
  explicit MemcpyBaseline(uint64_t buffer_bytes) : from_(buffer_bytes, 1), to_(buffer_bytes, 2) {}
  /// Wall ns of copying `count` pieces of `bytes`, which the buffers hold, by `threads` threads. Each takes the next piece that nobody
  /// has, and one that a neighbour keeps from its CPU is not waited for: copies of the data plane have no better lot.
  uint64_t copyNs(uint64_t bytes, uint32_t count, uint32_t threads);
  bool holds(uint64_t bytes, uint32_t count) const { return bytes <= from_.size() && bytes * count <= from_.size(); }

 private:
  std::vector<uint8_t> from_;
  std::vector<uint8_t> to_;
  uint64_t next_ = 0;
};

}  // namespace tierbench
