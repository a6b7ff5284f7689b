// A file of the disk tier. O_DIRECT where the file system has it, so that reads meet the disk and not the page cache.
#pragma once
#include <atomic>
#include <cstdint>

namespace tierbench {

/// O_DIRECT moves whole pages between aligned places.
constexpr uint64_t kDirectAlignBytes = 4096;

class DiskFile {
 public:
  DiskFile() = default;
  DiskFile(const DiskFile &) = delete;
  DiskFile &operator=(const DiskFile &) = delete;
  ~DiskFile();

  /// 0 or −errno. The file must not exist; its room is taken now. Leaves nothing behind when it fails.
  int create(const char *path, uint64_t bytes, bool want_direct);
  /// 0, −ENODATA when the file is shorter than `bytes`, or −errno.
  int openExisting(const char *path, uint64_t bytes, bool want_direct);

  int fd() const { return fd_; }
  bool direct() const { return direct_; }
  bool holds(uint64_t offset, uint64_t bytes) const { return bytes <= bytes_ && offset <= bytes_ - bytes; }

  /// Blocking transfer of all bytes; 0 or errno (ENODATA: the file ended early).
  int transfer(bool is_write, uint8_t *memory, uint64_t bytes, uint64_t file_offset) const;

  /// Ops that use the file now.
  std::atomic<uint32_t> users{0};

 private:
  int open(const char *path, int flags, bool want_direct);

  int fd_ = -1;
  bool direct_ = false;
  uint64_t bytes_ = 0;
};

}  // namespace tierbench
