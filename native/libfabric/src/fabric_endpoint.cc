#include "fabric_endpoint.h"

#include <errno.h>
#include <rdma/fi_cm.h>

namespace tierbench {

int FabricEndpoint::open(const FabricDomain &domain) {
  const int error = openParts(domain);
  if (error != 0) close();
  return error;
}

int FabricEndpoint::openParts(const FabricDomain &domain) {
  fi_cq_attr queue{};
  queue.format = FI_CQ_FORMAT_CONTEXT;
  queue.wait_obj = FI_WAIT_FD;
  queue.size = 1024;
  fi_av_attr vector{};
  vector.type = FI_AV_TABLE;
  int error = fi_cq_open(domain.domain(), &queue, &completions_, nullptr);
  if (error == 0) error = fi_av_open(domain.domain(), &vector, &addresses_, nullptr);
  if (error == 0) error = fi_endpoint(domain.domain(), domain.info(), &endpoint_, nullptr);
  if (error == 0) error = fi_ep_bind(endpoint_, &completions_->fid, FI_TRANSMIT | FI_RECV);
  if (error == 0) error = fi_ep_bind(endpoint_, &addresses_->fid, 0);
  if (error == 0) error = fi_enable(endpoint_);
  if (error == 0) error = fi_control(&completions_->fid, FI_GETWAIT, &wait_fd_);
  return error;
}

void FabricEndpoint::close() {
  if (endpoint_ != nullptr) fi_close(&endpoint_->fid);
  if (addresses_ != nullptr) fi_close(&addresses_->fid);
  if (completions_ != nullptr) fi_close(&completions_->fid);
  endpoint_ = nullptr;
  addresses_ = nullptr;
  completions_ = nullptr;
  peer_ = FI_ADDR_UNSPEC;
  wait_fd_ = -1;
}

int FabricEndpoint::name(std::vector<uint8_t> *out) const {
  size_t bytes = 0;
  const int error = fi_getname(&endpoint_->fid, nullptr, &bytes);
  if (error != 0 && error != -FI_ETOOSMALL) return error;
  out->resize(bytes);
  return fi_getname(&endpoint_->fid, out->data(), &bytes);
}

int FabricEndpoint::setPeer(const uint8_t *name) {
  const int inserted = fi_av_insert(addresses_, name, 1, &peer_, 0, nullptr);
  if (inserted == 1) return 0;
  return inserted < 0 ? inserted : -EADDRNOTAVAIL;
}

}  // namespace tierbench
