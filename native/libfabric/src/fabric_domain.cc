#include "fabric_domain.h"

#include <arpa/inet.h>
#include <errno.h>
#include <rdma/fi_endpoint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "../../fabric/src/fabric_engine.h"

namespace tierbench {
namespace {

/// Operations a provider queues for one endpoint. More only costs memory: bandwidth is reached by a handful.
constexpr size_t kQueueEntries = 128;

fi_info *makeHints(const char *provider, const char *domain, bool delivery_complete) {
  fi_info *hints = fi_allocinfo();
  if (hints == nullptr) return nullptr;
  hints->caps = FI_MSG | FI_RMA;
  hints->ep_attr->type = FI_EP_RDM;
  hints->fabric_attr->prov_name = strdup(provider);
  if (domain[0] != '\0') hints->domain_attr->name = strdup(domain);
  hints->domain_attr->mr_mode = FI_MR_LOCAL | FI_MR_VIRT_ADDR | FI_MR_ALLOCATED | FI_MR_PROV_KEY;
  hints->domain_attr->threading = FI_THREAD_DOMAIN;
  hints->domain_attr->data_progress = FI_PROGRESS_MANUAL;
  hints->domain_attr->control_progress = FI_PROGRESS_MANUAL;
  hints->tx_attr->size = kQueueEntries;
  hints->rx_attr->size = kQueueEntries;
  if (delivery_complete) hints->tx_attr->op_flags = FI_DELIVERY_COMPLETE;
  return hints;
}

/// Read by libfabric when it is first called.
void setDefaults() {
  // Completion queues are sized for this many peers; rxe refuses those of the default of 256.
  setenv("FI_UNIVERSE_SIZE", "8", 0);
  // libfabric's own cache of registrations keeps remote keys valid after they were closed, and patches madvise and munmap
  // in this process, which the JavaScript engine does not survive.
  setenv("FI_MR_CACHE_MAX_COUNT", "0", 1);
  setenv("FI_MR_CACHE_MONITOR", "disabled", 1);
}

/// The verbs provider reads its GID index once, when libfabric is first called in a process. −1: its own choice. False: the process
/// has settled on another one, which would be used in silence.
bool settleGid(int32_t gid_index) {
  static std::mutex mutex;
  static std::optional<int32_t> settled;
  std::lock_guard lock(mutex);
  if (!settled.has_value()) {
    if (gid_index >= 0) setenv("FI_VERBS_GID_IDX", std::to_string(gid_index).c_str(), 1);
    settled = gid_index;
  }
  return gid_index < 0 || *settled == gid_index;
}

int query(const char *provider, const char *domain, const char *source, bool delivery_complete, fi_info **info) {
  setDefaults();
  fi_info *hints = makeHints(provider, domain, delivery_complete);
  if (hints == nullptr) return -ENOMEM;
  const char *node = source[0] == '\0' ? nullptr : source;
  const int error = fi_getinfo(kFabricApi, node, nullptr, node == nullptr ? 0 : FI_SOURCE, hints, info);
  fi_freeinfo(hints);
  return error;
}

std::string sourceText(const fi_info &info) {
  char text[INET6_ADDRSTRLEN] = "";
  const auto *address = static_cast<const sockaddr *>(info.src_addr);
  if (address == nullptr) return text;
  if (address->sa_family == AF_INET)
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in *>(address)->sin_addr, text, sizeof text);
  if (address->sa_family == AF_INET6)
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6 *>(address)->sin6_addr, text, sizeof text);
  return text;
}

/// Names of devices and addresses hold no characters that JSON escapes.
std::string field(const char *name, const std::string &value) {
  return "\"" + std::string(name) + "\":\"" + value + "\",";
}

std::string toJson(const fi_info &info) {
  const fi_link_attr *link = info.nic != nullptr ? info.nic->link_attr : nullptr;
  std::string text = "{" + field("provider", info.fabric_attr->prov_name);
  text += field("domain", info.domain_attr->name) + field("fabric", info.fabric_attr->name);
  text += field("source", sourceText(info));
  text += "\"link_up\":" + std::string(link == nullptr || link->state == FI_LINK_UNKNOWN ? "null" : link->state == FI_LINK_UP ? "true" : "false");
  text += ",\"bytes_per_s\":" + (link == nullptr || link->speed == 0 ? "null" : std::to_string(link->speed / 8));
  return text;
}

}  // namespace

int listDomains(const char *provider, std::string *out) {
  settleGid(-1);
  fi_info *found = nullptr;
  const int error = query(provider, "", "", false, &found);
  if (error != 0) return error;
  for (const fi_info *info = found; info != nullptr; info = info->next) {
    const std::string line = toJson(*info) + "}\n";
    // Variants that differ in what does not matter here.
    if (out->find(line) == std::string::npos) *out += line;
  }
  fi_freeinfo(found);
  return 0;
}

FabricDomain::~FabricDomain() {
  if (domain_ != nullptr) fi_close(&domain_->fid);
  if (fabric_ != nullptr) fi_close(&fabric_->fid);
  if (info_ != nullptr) fi_freeinfo(info_);
}

int FabricDomain::open(const tb_fabric_options &options, std::string *step) {
  *step = "gid_index";
  if (!settleGid(options.gid_index)) return -EBUSY;
  *step = "fi_getinfo";
  int error = choose(options);
  if (error != 0) return error;
  *step = "fi_fabric";
  error = fi_fabric(info_->fabric_attr, &fabric_, nullptr);
  if (error != 0) return error;
  *step = "fi_domain";
  return fi_domain(fabric_, info_, &domain_, nullptr);
}

int FabricDomain::choose(const tb_fabric_options &options) {
  delivery_complete_ = true;
  int error = query(options.provider, options.domain, options.source, true, &info_);
  if (error != -FI_ENODATA) return error;
  delivery_complete_ = false;
  return query(options.provider, options.domain, options.source, false, &info_);
}

std::string FabricDomain::describe() const {
  const uint32_t version = fi_version();
  // Exact in JSON.
  const uint64_t longest = std::min<uint64_t>(longestTransferBytes(), (1ull << 53) - 1);
  return toJson(*info_) + ",\"longest_transfer_bytes\":" + std::to_string(longest) +
         ",\"delivery_complete\":" + (delivery_complete_ ? "true" : "false") + ",\"verifies\":false,\"library\":\"libfabric " +
         std::to_string(FI_MAJOR(version)) + "." + std::to_string(FI_MINOR(version)) + "\"}";
}

int FabricDomain::registerMemory(void *at, uint64_t bytes, fid_mr **mr) {
  uint64_t wanted_key = 0;
  // Keys that the provider leaves to us are random, so that a key of a dead process does not name memory of its successor.
  if ((info_->domain_attr->mr_mode & FI_MR_PROV_KEY) == 0) {
    const size_t key_bytes = info_->domain_attr->mr_key_size < 8 ? info_->domain_attr->mr_key_size : 8;
    if (getrandom(&wanted_key, key_bytes, 0) != static_cast<ssize_t>(key_bytes)) return -EIO;
  }
  const uint64_t access = FI_READ | FI_WRITE | FI_REMOTE_READ | FI_REMOTE_WRITE;
  return fi_mr_reg(domain_, at, bytes, access, 0, wanted_key, 0, mr, nullptr);
}

uint64_t FabricDomain::remoteBase(const void *at) const {
  return (info_->domain_attr->mr_mode & FI_MR_VIRT_ADDR) != 0 ? reinterpret_cast<uint64_t>(at) : 0;
}

}  // namespace tierbench
