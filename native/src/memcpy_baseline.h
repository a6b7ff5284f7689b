// What memcpy does on this machine: the yardstick of every copy here. Its two buffers stay for as long as it lives, so that a
// round meets memory that was touched before and caches as the work between two rounds has left them, as a store's copy does.
#pragma once
#include <cstdint>
#include <vector>

namespace tierbench {

class MemcpyBaseline {
 public:
  /// Of each buffer; both are touched here, for page faults are not what is measured.
  explicit MemcpyBaseline(uint64_t buffer_bytes) : from_(buffer_bytes, 1), to_(buffer_bytes, 2) {}
  /// Wall ns of copying `count` pieces of `bytes`, which the buffers hold, by `threads` threads that are awake when time starts.
  uint64_t copyNs(uint64_t bytes, uint32_t count, uint32_t threads);
  bool holds(uint64_t bytes, uint32_t count) const { return bytes <= from_.size() && bytes * count <= from_.size(); }

 private:
  std::vector<uint8_t> from_;
  std::vector<uint8_t> to_;
};

}  // namespace tierbench
