// One libfabric endpoint with its completion queue and address vector. Closing it ends every operation it has: nothing is
// written into local memory afterwards, which is how an operation that is overdue is taken back.
#pragma once
#include <rdma/fi_eq.h>
#include <rdma/fi_endpoint.h>

#include <cstdint>
#include <vector>

#include "fabric_domain.h"

namespace tierbench {

class FabricEndpoint {
 public:
  FabricEndpoint() = default;
  FabricEndpoint(const FabricEndpoint &) = delete;
  FabricEndpoint &operator=(const FabricEndpoint &) = delete;
  ~FabricEndpoint() { close(); }

  /// 0 or −errno.
  int open(const FabricDomain &domain);
  void close();
  bool isOpen() const { return endpoint_ != nullptr; }
  /// What other processes reach this endpoint by; 0 or −errno.
  int name(std::vector<uint8_t> *out) const;
  /// The one peer of an endpoint that sends.
  int setPeer(const uint8_t *name);

  fid_ep *endpoint() const { return endpoint_; }
  fid_cq *completions() const { return completions_; }
  fi_addr_t peer() const { return peer_; }
  /// Readable when the queue has something, once fi_trywait has allowed to wait.
  int waitFd() const { return wait_fd_; }

 private:
  int openParts(const FabricDomain &domain);

  fid_ep *endpoint_ = nullptr;
  fid_cq *completions_ = nullptr;
  fid_av *addresses_ = nullptr;
  fi_addr_t peer_ = FI_ADDR_UNSPEC;
  int wait_fd_ = -1;
};

}  // namespace tierbench
