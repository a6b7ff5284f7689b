// Whether the process that made a region still lives. A pid alone may have been given to another process, and a killed
// process that nobody has reaped still has one: a pidfd tells the truth, cheaply.
#pragma once
#include <sys/types.h>

#include <cstdint>

namespace tierbench {

/// When the process's main thread started: field 22 of its stat in proc(5), clock ticks since boot; 0 when there is no such process.
uint64_t processStartTicks(pid_t pid);

class PeerProcess {
 public:
  PeerProcess() = default;
  PeerProcess(const PeerProcess &) = delete;
  PeerProcess &operator=(const PeerProcess &) = delete;
  ~PeerProcess();
  /// False when no process of that pid and start time lives. Start 0: unknown (a /proc that hides it), then the pid must do.
  bool open(pid_t pid, uint64_t start_ticks);
  bool alive() const;

 private:
  pid_t pid_ = 0;
  uint64_t start_ticks_ = 0;
  /// −1 where the kernel has no pidfd (before Linux 5.3): then /proc is read.
  int pid_fd_ = -1;
};

}  // namespace tierbench
