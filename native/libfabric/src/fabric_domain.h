// The libfabric device in use: one fabric and one domain, opened by provider, device name and source address.
#pragma once
#include <rdma/fabric.h>
#include <rdma/fi_domain.h>

#include <cstdint>
#include <string>

#include "../../include/tierbench_fabric.h"

namespace tierbench {

constexpr uint32_t kFabricApi = FI_VERSION(1, 17);

class FabricDomain {
 public:
  FabricDomain() = default;
  FabricDomain(const FabricDomain &) = delete;
  FabricDomain &operator=(const FabricDomain &) = delete;
  ~FabricDomain();

  /// 0 or −errno; then `step` names what failed.
  int open(const tb_fabric_options &options, std::string *step);
  /// One JSON object.
  std::string describe() const;
  /// Registers for local use and for remote reads and writes; 0 or −errno.
  int registerMemory(void *at, uint64_t bytes, fid_mr **mr);
  /// What a remote process adds an offset to: the address itself where the provider wants virtual addresses, else 0.
  uint64_t remoteBase(const void *at) const;

  fid_fabric *fabric() const { return fabric_; }
  fid_domain *domain() const { return domain_; }
  fi_info *info() const { return info_; }
  uint64_t longestTransferBytes() const { return info_->ep_attr->max_msg_size; }
  /// Completion of a write means that its bytes are in the target's memory, not only at its device.
  bool deliveryComplete() const { return delivery_complete_; }

 private:
  int choose(const tb_fabric_options &options);

  fi_info *info_ = nullptr;
  fid_fabric *fabric_ = nullptr;
  fid_domain *domain_ = nullptr;
  bool delivery_complete_ = false;
};

}  // namespace tierbench
