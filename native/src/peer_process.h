// Whether the process that made a region still lives. A pid alone may have been given to another process, and a killed
// process that nobody has reaped still has one: a pidfd tells the truth, cheaply.
#pragma once
#include <sys/types.h>

#include <cstdint>

namespace tierbench {

/// Field 22 of /proc/<pid>/stat, clock ticks since boot; 0 when there is no such process.
uint64_t processStartTicks(pid_t pid);

class PeerProcess {
 public:
  PeerProcess() = default;
  PeerProcess(const PeerProcess &) = delete;
  PeerProcess &operator=(const PeerProcess &) = delete;
  ~PeerProcess();
  /// False when no process of that pid and start time lives.
  bool open(pid_t pid, uint64_t start_ticks);
  bool alive() const;

 private:
  pid_t pid_ = 0;
  uint64_t start_ticks_ = 0;
  /// −1 where the kernel has no pidfd (before Linux 5.3): then /proc is read.
  int pid_fd_ = -1;
};

}  // namespace tierbench
