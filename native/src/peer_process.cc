#include "peer_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tierbench {
namespace {

int openPidFd(pid_t pid) {
#ifdef SYS_pidfd_open
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
#else
  (void)pid;
  return -1;
#endif
}

}  // namespace

uint64_t processStartTicks(pid_t pid) {
  char path[64], text[1024];
  // The main thread's file, for user-mode emulators make up /proc/<pid>/stat of the process itself.
  snprintf(path, sizeof path, "/proc/%d/task/%d/stat", static_cast<int>(pid), static_cast<int>(pid));
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  if (size <= 0) return 0;
  text[size] = 0;
  // The second field is the command in parentheses and may hold anything: count from the last one. "Z" is a dead process.
  const char *at = strrchr(text, ')');
  if (at == nullptr || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X') return 0;
  at += 2;
  for (int field = 3; field < 22; field++) {
    at = strchr(at, ' ');
    if (at == nullptr) return 0;
    at++;
  }
  return strtoull(at, nullptr, 10);
}

PeerProcess::~PeerProcess() {
  if (pid_fd_ >= 0) close(pid_fd_);
}

bool PeerProcess::open(pid_t pid, uint64_t start_ticks) {
  pid_ = pid;
  start_ticks_ = start_ticks;
  pid_fd_ = openPidFd(pid);
  // The start time is read after the pidfd is held: what it names can no longer change.
  return (start_ticks == 0 || processStartTicks(pid) == start_ticks) && alive();
}

bool PeerProcess::alive() const {
  if (pid_fd_ < 0) return start_ticks_ == 0 ? kill(pid_, 0) == 0 : processStartTicks(pid_) == start_ticks_;
  pollfd exited = {pid_fd_, POLLIN, 0};
  return poll(&exited, 1, 0) == 0;
}

}  // namespace tierbench
