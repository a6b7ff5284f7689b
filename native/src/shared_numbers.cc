#include "shared_numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>

#include "allocate_file.h"

namespace tierbench {

constexpr uint64_t kNumbersMagic = 0x737265626d754e74ull;  // "tNumbers"
constexpr size_t kValuesAt = 256;
constexpr time_t kLongestHoldSeconds = 5;

struct SharedNumbersHeader {
  uint64_t magic;
  uint32_t length;
  /// Written last.
  std::atomic<uint32_t> ready;
  pthread_mutex_t mutex;
};
static_assert(sizeof(SharedNumbersHeader) <= kValuesAt);

namespace {

size_t mappedBytes(uint32_t length) { return kValuesAt + length * sizeof(double); }

int initMutex(pthread_mutex_t *mutex) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  const int error = pthread_mutex_init(mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return -error;
}

}  // namespace

SharedNumbers::~SharedNumbers() {
  if (!path_.empty()) unlink(path_.c_str());
  if (header_ != nullptr) munmap(header_, mappedBytes(length_));
}

double *SharedNumbers::values() const {
  return reinterpret_cast<double *>(reinterpret_cast<uint8_t *>(header_) + kValuesAt);
}

int SharedNumbers::map(int fd, uint32_t length) {
  void *at = mmap(nullptr, mappedBytes(length), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (at == MAP_FAILED) return -errno;
  header_ = static_cast<SharedNumbersHeader *>(at);
  length_ = length;
  return 0;
}

int SharedNumbers::create(const char *path, uint32_t length) {
  const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return -errno;
  path_ = path;  // from here on the destructor unlinks
  int error = allocateFile(fd, mappedBytes(length));
  if (error == 0) error = map(fd, length);
  close(fd);
  if (error == 0) error = initMutex(&header_->mutex);
  if (error != 0) return error;
  header_->magic = kNumbersMagic;
  header_->length = length;
  header_->ready.store(1, std::memory_order_release);
  return 0;
}

int SharedNumbers::attach(const char *path) {
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return -errno;
  struct stat status;
  int error = fstat(fd, &status) == 0 ? 0 : -errno;
  const size_t file_bytes = error == 0 ? static_cast<size_t>(status.st_size) : 0;
  if (error == 0 && file_bytes < kValuesAt) error = file_bytes == 0 ? -EAGAIN : -EPROTO;
  if (error == 0) error = map(fd, static_cast<uint32_t>((file_bytes - kValuesAt) / sizeof(double)));
  close(fd);
  if (error != 0) return error;
  if (header_->magic != 0 && header_->magic != kNumbersMagic) return -EPROTO;
  if (header_->ready.load(std::memory_order_acquire) == 0) return -EAGAIN;
  return header_->length == length_ ? 0 : -EPROTO;
}

int SharedNumbers::lock() {
  int error = pthread_mutex_trylock(&header_->mutex);
  if (error == EBUSY) {
    timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += kLongestHoldSeconds;
    error = pthread_mutex_timedlock(&header_->mutex, &until);
  }
  if (error != EOWNERDEAD) return -error;
  pthread_mutex_consistent(&header_->mutex);
  return 1;
}

int SharedNumbers::unlock() { return -pthread_mutex_unlock(&header_->mutex); }

}  // namespace tierbench
