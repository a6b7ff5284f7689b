#include "disk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "allocate_file.h"

namespace tierbench {
namespace {

constexpr long kTmpfsMagic = 0x01021994;

/// tmpfs accepts O_DIRECT and ignores it: saying "direct" there would be untrue.
bool onTmpfs(int fd) {
  struct statfs status;
  return fstatfs(fd, &status) == 0 && static_cast<long>(status.f_type) == kTmpfsMagic;
}

}  // namespace

DiskFile::~DiskFile() {
  if (fd_ >= 0) close(fd_);
}

int DiskFile::open(const char *path, int flags, bool want_direct) {
  fd_ = ::open(path, flags | O_CLOEXEC, 0600);
  if (fd_ < 0) return -errno;
  direct_ = want_direct && !onTmpfs(fd_) && fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_DIRECT) == 0;
  return 0;
}

int DiskFile::create(const char *path, uint64_t bytes, bool want_direct) {
  int error = open(path, O_RDWR | O_CREAT | O_EXCL, want_direct);
  if (error != 0) return error;
  error = allocateFile(fd_, bytes);
  if (error != 0) unlink(path);
  bytes_ = bytes;
  return error;
}

int DiskFile::openExisting(const char *path, uint64_t bytes, bool want_direct) {
  const int error = open(path, O_RDONLY, want_direct);
  if (error != 0) return error;
  struct stat status;
  if (fstat(fd_, &status) != 0) return -errno;
  if (!S_ISREG(status.st_mode)) return -EINVAL;
  bytes_ = static_cast<uint64_t>(status.st_size);
  return bytes_ < bytes ? -ENODATA : 0;
}

int DiskFile::transfer(bool is_write, uint8_t *memory, uint64_t bytes, uint64_t file_offset) const {
  while (bytes > 0) {
    const off_t at = static_cast<off_t>(file_offset);
    const ssize_t moved = is_write ? pwrite(fd_, memory, bytes, at) : pread(fd_, memory, bytes, at);
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0) return errno;
    if (moved == 0) return ENODATA;
    memory += moved;
    file_offset += static_cast<uint64_t>(moved);
    bytes -= static_cast<uint64_t>(moved);
  }
  return 0;
}

}  // namespace tierbench
