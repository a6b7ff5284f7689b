// An io_uring by its raw system calls. Used by one thread; completions are announced on an eventfd.
// Protocol: io_uring(7), io_uring_setup(2), io_uring_enter(2).
#pragma once
#include <cstddef>
#include <cstdint>

struct io_uring_params;
struct io_uring_sqe;
struct io_uring_cqe;

namespace tierbench {

struct IoDone {
  void *user;
  /// Bytes moved, or −errno.
  int32_t result;
};

class IoRing {
 public:
  IoRing() = default;
  IoRing(const IoRing &) = delete;
  IoRing &operator=(const IoRing &) = delete;
  ~IoRing();

  /// 0, or −errno where io_uring is missing or forbidden.
  int open(uint32_t depth, int event_fd);
  bool isOpen() const { return ring_fd_ >= 0; }
  bool full() const { return in_flight_ == depth_; }
  /// Queues a transfer; the ring is not full.
  void queue(bool is_write, int fd, void *memory, uint32_t bytes, uint64_t file_offset, void *user);
  /// Hands what is queued to the kernel: 0 or −errno.
  int submit();
  /// Takes one completion; false when there is none.
  bool take(IoDone *done);

 private:
  struct Mapping {
    void *at = nullptr;
    size_t bytes = 0;
  };
  int mapRings(const io_uring_params &params);
  bool mapOne(Mapping *mapping, size_t bytes, uint64_t offset);

  int ring_fd_ = -1;
  uint32_t depth_ = 0;
  uint32_t in_flight_ = 0;
  uint32_t unsubmitted_ = 0;
  Mapping sq_, cq_, sqes_;
  uint32_t *sq_tail_ = nullptr;
  uint32_t sq_mask_ = 0;
  uint32_t *sq_array_ = nullptr;
  uint32_t *cq_head_ = nullptr;
  uint32_t *cq_tail_ = nullptr;
  uint32_t cq_mask_ = 0;
  io_uring_cqe *cqes_ = nullptr;
};

}  // namespace tierbench
