#include "allocate_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>

namespace tierbench {
namespace {

/// Looked at first, for taking all of a tmpfs before failing would take the memory of everybody else.
bool hasRoom(int fd, uint64_t bytes) {
  struct statfs status;
  if (fstatfs(fd, &status) != 0 || status.f_blocks == 0) return true;  // a tmpfs without a limit has no blocks
  return bytes / static_cast<uint64_t>(status.f_bsize) < status.f_bavail;
}

}  // namespace

int allocateFile(int fd, uint64_t bytes) {
  if (!hasRoom(fd, bytes)) return -ENOSPC;
  // In pieces: a signal makes tmpfs give back the whole piece, and one of many GiB might never get through.
  constexpr uint64_t kPieceBytes = 64u << 20;
  for (uint64_t at = 0; at < bytes;) {
    const uint64_t piece = std::min(kPieceBytes, bytes - at);
    const int error = posix_fallocate(fd, static_cast<off_t>(at), static_cast<off_t>(piece));
    if (error == EINTR) continue;
    if (error != 0) return -error;
    at += piece;
  }
  return 0;
}

}  // namespace tierbench
