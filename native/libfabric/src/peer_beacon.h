// How a process lets its peers see that it lives. RDMA says nothing about a process that died, and ofi_rxm retries a refused
// connection for ever; so every process listens on a TCP socket beside its endpoint, sends its incarnation to whoever
// connects, and the kernel closes the connection when it dies. An incarnation is a random number of one opened fabric.
#pragma once
#include <netinet/in.h>

#include <cstdint>
#include <vector>

namespace tierbench {

/// Where a beacon listens; IPv4 addresses are mapped into IPv6.
struct BeaconAddress {
  uint8_t ip[16];
  uint16_t port;
};

class PeerBeacon {
 public:
  PeerBeacon() = default;
  PeerBeacon(const PeerBeacon &) = delete;
  PeerBeacon &operator=(const PeerBeacon &) = delete;
  ~PeerBeacon();

  /// 0 or −errno. `local`: an address of this host, port ignored.
  int open(const sockaddr *local);
  int open(const char *host);
  /// Greets new watchers and drops those that left.
  void progress();
  const BeaconAddress &address() const { return address_; }
  uint64_t incarnation() const { return incarnation_; }
  void appendFds(std::vector<int> *fds) const;

 private:
  int listen_fd_ = -1;
  BeaconAddress address_{};
  uint64_t incarnation_ = 0;
  std::vector<int> watchers_;
};

/// The other side: is the process of that incarnation there?
class PeerWatch {
 public:
  enum class State { kIdle, kConnecting, kAlive, kDead, kUnreachable };

  PeerWatch(const BeaconAddress &address, uint64_t incarnation) : address_(address), incarnation_(incarnation) {}
  PeerWatch(const PeerWatch &) = delete;
  PeerWatch &operator=(const PeerWatch &) = delete;
  ~PeerWatch() { reset(); }

  /// Connects when idle; looks at the connection otherwise.
  State progress();
  /// Forgets what it knows, so that progress() connects anew.
  void reset();
  int fd() const { return fd_; }
  State state() const { return state_; }
  /// Of an unreachable peer.
  int error() const { return error_; }

 private:
  State connect();
  State look();
  State fail(int error);

  const BeaconAddress address_;
  const uint64_t incarnation_;
  State state_ = State::kIdle;
  int fd_ = -1;
  int error_ = 0;
};

}  // namespace tierbench
