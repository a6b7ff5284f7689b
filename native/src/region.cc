#include "region.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "allocate_file.h"

namespace tierbench {

constexpr uint64_t kRegionMagic = 0x6e6f696765526274ull;  // "tbRegion"
constexpr uint32_t kRegionAbi = 1;
constexpr uint32_t kStateLive = 1;
constexpr uint32_t kStateClosed = 2;

struct RegionHeader {
  uint64_t magic;
  uint32_t abi;
  /// 0 while it is being made, written last.
  std::atomic<uint32_t> state;
  std::atomic<uint64_t> generation;
  uint64_t bytes;
  uint64_t maker_start_ticks;
  int32_t maker_pid;
};
static_assert(sizeof(RegionHeader) <= kRegionHeaderBytes);
static_assert(std::atomic<uint32_t>::is_always_lock_free, "the state word is shared between processes");
static_assert(std::atomic<uint64_t>::is_always_lock_free, "the generation is shared between processes");

namespace {

/// Whether the host has this much memory to give; unknown counts as yes. A tmpfs may promise more than there is, and
/// whoever takes it up on that is killed.
bool memoryAvailable(uint64_t bytes) {
  char text[512];
  const int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return true;
  const ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  text[size > 0 ? size : 0] = 0;
  const char *line = strstr(text, "MemAvailable:");
  return line == nullptr || strtoull(line + strlen("MemAvailable:"), nullptr, 10) >= bytes / 1024;
}

}  // namespace

Region::~Region() {
  if (made_here_) unlinkOwn();
  if (header_ != nullptr) munmap(header_, kRegionHeaderBytes + bytes_);
}

void Region::unlinkOwn() {
  if (!made_here_ || path_.empty()) return;
  if (header_ != nullptr) header_->state.store(kStateClosed, std::memory_order_release);
  unlink(path_.c_str());
  path_.clear();
}

int Region::create(const char *path, uint64_t bytes, uint64_t generation) {
  const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return -errno;
  const int error = take(fd, bytes, generation);
  close(fd);
  if (error != 0) {
    unlink(path);
    return error;
  }
  made_here_ = true;
  path_ = path;
  return 0;
}

int Region::take(int fd, uint64_t bytes, uint64_t generation) {
  if (!memoryAvailable(bytes)) return -ENOMEM;
  int error = allocateFile(fd, kRegionHeaderBytes + bytes);
  if (error == 0) error = map(fd, bytes);
  if (error != 0) return error;
  header_->magic = kRegionMagic;
  header_->abi = kRegionAbi;
  header_->generation = generation_ = generation;
  header_->bytes = bytes;
  header_->maker_pid = getpid();
  header_->maker_start_ticks = processStartTicks(getpid());
  header_->state.store(kStateLive, std::memory_order_release);
  return 0;
}

int Region::map(int fd, uint64_t bytes) {
  void *at = mmap(nullptr, kRegionHeaderBytes + bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (at == MAP_FAILED) return -errno;
  header_ = static_cast<RegionHeader *>(at);
  bytes_ = bytes;
  return 0;
}

int Region::attach(const char *path, const uint64_t *generation) {
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return -errno;
  struct stat status;
  int error = fstat(fd, &status) == 0 ? 0 : -errno;
  const uint64_t file_bytes = error == 0 ? static_cast<uint64_t>(status.st_size) : 0;
  if (error == 0 && !S_ISREG(status.st_mode)) error = -EPROTO;
  if (error == 0 && file_bytes < kRegionHeaderBytes) error = file_bytes == 0 ? -EAGAIN : -EPROTO;
  if (error == 0) error = map(fd, file_bytes - kRegionHeaderBytes);
  close(fd);
  return error != 0 ? error : readHeader(generation, file_bytes);
}

int Region::readHeader(const uint64_t *generation, uint64_t file_bytes) {
  const uint32_t state = header_->state.load(std::memory_order_acquire);
  if (header_->magic != 0 && header_->magic != kRegionMagic) return -EPROTO;
  if (state == 0) return -EAGAIN;
  if (header_->abi != kRegionAbi) return -EPROTO;
  if (header_->bytes != file_bytes - kRegionHeaderBytes) return -EPROTO;
  generation_ = header_->generation;
  if (generation != nullptr && *generation != generation_) return -ESTALE;
  if (state != kStateLive || !maker_.open(header_->maker_pid, header_->maker_start_ticks)) return -EOWNERDEAD;
  return 0;
}

int Region::renew(uint64_t generation) {
  if (!made_here_) return -EPERM;
  header_->generation.store(generation, std::memory_order_release);
  generation_ = generation;
  return 0;
}

bool Region::live() const {
  if (made_here_) return true;
  return header_->state.load(std::memory_order_acquire) == kStateLive &&
         header_->generation.load(std::memory_order_acquire) == generation_ && maker_.alive();
}

}  // namespace tierbench
