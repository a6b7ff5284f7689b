#include "io_ring.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>

#if __has_include(<linux/io_uring.h>) && defined(SYS_io_uring_setup)
#include <linux/io_uring.h>
#define TB_HAS_IO_URING 1
#endif

namespace tierbench {

#ifdef TB_HAS_IO_URING

IoRing::~IoRing() {
  for (const Mapping &mapping : {sq_, cq_, sqes_}) {
    if (mapping.at != nullptr) munmap(mapping.at, mapping.bytes);
  }
  if (ring_fd_ >= 0) close(ring_fd_);
}

bool IoRing::mapOne(Mapping *mapping, size_t bytes, uint64_t offset) {
  void *at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring_fd_, static_cast<off_t>(offset));
  if (at == MAP_FAILED) return false;
  *mapping = {at, bytes};
  return true;
}

int IoRing::mapRings(const io_uring_params &params) {
  const size_t sq_bytes = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
  const size_t cq_bytes = params.cq_off.cqes + params.cq_entries * sizeof(io_uring_cqe);
  if (!mapOne(&sq_, sq_bytes, IORING_OFF_SQ_RING) || !mapOne(&cq_, cq_bytes, IORING_OFF_CQ_RING) ||
      !mapOne(&sqes_, params.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES)) {
    return -errno;
  }
  uint8_t *sq = static_cast<uint8_t *>(sq_.at);
  uint8_t *cq = static_cast<uint8_t *>(cq_.at);
  sq_tail_ = reinterpret_cast<uint32_t *>(sq + params.sq_off.tail);
  sq_mask_ = *reinterpret_cast<uint32_t *>(sq + params.sq_off.ring_mask);
  sq_array_ = reinterpret_cast<uint32_t *>(sq + params.sq_off.array);
  cq_head_ = reinterpret_cast<uint32_t *>(cq + params.cq_off.head);
  cq_tail_ = reinterpret_cast<uint32_t *>(cq + params.cq_off.tail);
  cq_mask_ = *reinterpret_cast<uint32_t *>(cq + params.cq_off.ring_mask);
  cqes_ = reinterpret_cast<io_uring_cqe *>(cq + params.cq_off.cqes);
  return 0;
}

int IoRing::open(uint32_t depth, int event_fd) {
  io_uring_params params;
  memset(&params, 0, sizeof params);
  ring_fd_ = static_cast<int>(syscall(SYS_io_uring_setup, depth, &params));
  if (ring_fd_ < 0) return -errno;
  // Plain reads and writes came with Linux 5.6, as did this feature.
  int error = (params.features & IORING_FEAT_RW_CUR_POS) != 0 ? mapRings(params) : -ENOSYS;
  if (error == 0 && syscall(SYS_io_uring_register, ring_fd_, IORING_REGISTER_EVENTFD, &event_fd, 1) != 0) error = -errno;
  depth_ = depth;
  if (error != 0) {
    close(ring_fd_);
    ring_fd_ = -1;
  }
  return error;
}

void IoRing::queue(bool is_write, int fd, void *memory, uint32_t bytes, uint64_t file_offset, void *user) {
  const uint32_t tail = *sq_tail_;  // only this thread writes it
  const uint32_t index = tail & sq_mask_;
  io_uring_sqe *sqe = static_cast<io_uring_sqe *>(sqes_.at) + index;
  memset(sqe, 0, sizeof *sqe);
  sqe->opcode = is_write ? IORING_OP_WRITE : IORING_OP_READ;
  sqe->fd = fd;
  sqe->addr = reinterpret_cast<uint64_t>(memory);
  sqe->len = bytes;
  sqe->off = file_offset;
  sqe->user_data = reinterpret_cast<uint64_t>(user);
  sq_array_[index] = index;
  __atomic_store_n(sq_tail_, tail + 1, __ATOMIC_RELEASE);
  in_flight_++;
  unsubmitted_++;
}

int IoRing::submit() {
  while (unsubmitted_ > 0) {
    const long taken = syscall(SYS_io_uring_enter, ring_fd_, unsubmitted_, 0, 0, nullptr, 0);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) return -errno;
    unsubmitted_ -= static_cast<uint32_t>(taken);
  }
  return 0;
}

bool IoRing::take(IoDone *done) {
  const uint32_t head = *cq_head_;  // only this thread writes it
  if (head == __atomic_load_n(cq_tail_, __ATOMIC_ACQUIRE)) return false;
  const io_uring_cqe &cqe = cqes_[head & cq_mask_];
  *done = {reinterpret_cast<void *>(cqe.user_data), cqe.res};
  __atomic_store_n(cq_head_, head + 1, __ATOMIC_RELEASE);
  in_flight_--;
  return true;
}

#else

IoRing::~IoRing() = default;
int IoRing::open(uint32_t, int) { return -ENOSYS; }
void IoRing::queue(bool, int, void *, uint32_t, uint64_t, void *) {}
int IoRing::submit() { return -ENOSYS; }
bool IoRing::take(IoDone *) { return false; }

#endif

}  // namespace tierbench
