// A few doubles that processes share under a robust process-shared mutex: when a holder dies, the next one gets the lock and
// the numbers as the dead one left them.
#pragma once
#include <cstdint>
#include <string>

namespace tierbench {

struct SharedNumbersHeader;

class SharedNumbers {
 public:
  SharedNumbers() = default;
  SharedNumbers(const SharedNumbers &) = delete;
  SharedNumbers &operator=(const SharedNumbers &) = delete;
  /// Unmaps; the maker also unlinks.
  ~SharedNumbers();

  /// 0 or −errno; −EEXIST when the file is there. Leaves nothing behind when it fails.
  int create(const char *path, uint32_t length);
  /// 0, −ENOENT, −EAGAIN (being made), −EPROTO (something else) or −errno.
  int attach(const char *path);

  uint32_t length() const { return length_; }
  double *values() const;
  /// 0; 1 when the last holder died with the lock; −ETIMEDOUT when the holder stands still.
  int lock();
  int unlock();

 private:
  int map(int fd, uint32_t length);

  SharedNumbersHeader *header_ = nullptr;
  uint32_t length_ = 0;
  std::string path_;
};

}  // namespace tierbench
