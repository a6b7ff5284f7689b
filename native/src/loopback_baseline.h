// What a plain TCP stream does over this machine's loopback: the yardstick of a data path over TCP. One thread sends pieces from a
// buffer, the caller receives them into another, both by blocking calls; buffers and connection stay for as long as it lives.
#pragma once
#include <cstdint>
#include <vector>

namespace tierbench {

class LoopbackBaseline {
 public:
  explicit LoopbackBaseline(uint64_t buffer_bytes) : from_(buffer_bytes, 1), to_(buffer_bytes, 2) {}
  LoopbackBaseline(const LoopbackBaseline &) = delete;
  LoopbackBaseline &operator=(const LoopbackBaseline &) = delete;
  ~LoopbackBaseline();

  /// 0 or −errno.
  int connect();
  bool holds(uint64_t bytes, uint32_t count) const { return bytes <= from_.size() && bytes * count <= from_.size(); }
  /// Wall ns until `count` pieces of `bytes`, which the buffers hold, have arrived; 0 when the connection broke.
  uint64_t streamNs(uint64_t bytes, uint32_t count);

 private:
  std::vector<uint8_t> from_;
  std::vector<uint8_t> to_;
  int send_fd_ = -1;
  int receive_fd_ = -1;
};

}  // namespace tierbench
