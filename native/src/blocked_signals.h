// While one of these lives, threads are started with all signals blocked. Signals are the runtime's business: a thread that took
// one would interrupt a transfer or a wait.
#pragma once
#include <pthread.h>
#include <signal.h>

namespace tierbench {

class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals &) = delete;
  BlockedSignals &operator=(const BlockedSignals &) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace tierbench
