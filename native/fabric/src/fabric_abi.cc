// The functions of include/tierbench_fabric.h.

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <algorithm>
#include <new>

#include "../../src/monotonic_clock.h"
#include "fabric.h"

struct tb_fabric {
  tierbench::Fabric fabric;
  tb_fabric(const tb_fabric_options &options, void (*wake)(void)) : fabric(options, wake) {}
};

namespace {

int32_t writeText(const std::string &text, char *out, uint32_t capacity) {
  const size_t bytes = std::min<size_t>(text.size(), capacity);
  memcpy(out, text.data(), bytes);
  return static_cast<int32_t>(bytes);
}

}  // namespace

extern "C" {

uint32_t tb_fabric_abi_version(void) { return TB_FABRIC_ABI_VERSION; }

uint32_t tb_fabric_layout(uint32_t *out, uint32_t capacity) {
  const size_t layout[] = {
      sizeof(tb_fabric_submission),
      offsetof(tb_fabric_submission, kind),
      offsetof(tb_fabric_submission, region_id),
      offsetof(tb_fabric_submission, remote_id),
      offsetof(tb_fabric_submission, region_offset),
      offsetof(tb_fabric_submission, remote_offset),
      offsetof(tb_fabric_submission, bytes),
      offsetof(tb_fabric_submission, deadline_ns),
      offsetof(tb_fabric_submission, flags),
      offsetof(tb_fabric_submission, model_id),
      offsetof(tb_fabric_submission, weights_version),
      offsetof(tb_fabric_submission, hash_low),
      offsetof(tb_fabric_submission, hash_high),
      sizeof(tb_fabric_options),
      offsetof(tb_fabric_options, provider),
      offsetof(tb_fabric_options, domain),
      offsetof(tb_fabric_options, source),
      offsetof(tb_fabric_options, beacon_host),
      offsetof(tb_fabric_options, gid_index),
      offsetof(tb_fabric_options, slot_count),
      offsetof(tb_fabric_options, max_registered_bytes),
      sizeof(tb_completion),
      offsetof(tb_completion, slot),
      offsetof(tb_completion, code),
      offsetof(tb_completion, value),
      offsetof(tb_completion, end_ns),
  };
  for (uint32_t i = 0; i < capacity && i < std::size(layout); i++) out[i] = static_cast<uint32_t>(layout[i]);
  return static_cast<uint32_t>(std::size(layout));
}

double tb_fabric_now_ns(void) { return static_cast<double>(tierbench::monotonicNs()); }

int32_t tb_fabric_list(const char *provider, char *out, uint32_t capacity) {
  std::string text;
  const int error = tierbench::listDomains(provider, &text);
  return error != 0 ? error : writeText(text, out, capacity);
}

tb_fabric *tb_fabric_open(const tb_fabric_options *options, void (*wake)(void), char *message, uint32_t message_bytes,
                          int32_t *error) {
  auto *opened = new (std::nothrow) tb_fabric(*options, wake);
  std::string step = "memory";
  *error = opened == nullptr ? -ENOMEM : opened->fabric.start(*options, &step);
  if (*error == 0) return opened;
  delete opened;
  if (message_bytes > 0) message[writeText(step, message, message_bytes - 1)] = '\0';
  return nullptr;
}

int32_t tb_fabric_describe(tb_fabric *fabric, char *out, uint32_t capacity) {
  return writeText(fabric->fabric.engine().describe(), out, capacity);
}

void tb_fabric_halt(tb_fabric *fabric) { fabric->fabric.halt(); }

int32_t tb_fabric_close(tb_fabric *fabric) {
  if (!fabric->fabric.ring.idle()) return -EBUSY;
  delete fabric;
  return 0;
}

tb_fabric_submission *tb_fabric_submissions(tb_fabric *fabric) { return fabric->fabric.ring.submissions.data(); }
tb_completion *tb_fabric_completions(tb_fabric *fabric) { return fabric->fabric.ring.completions.data(); }
uint32_t *tb_fabric_submit_list(tb_fabric *fabric) { return fabric->fabric.ring.submit_list.data(); }
int32_t tb_fabric_submit(tb_fabric *fabric, uint32_t count) { return fabric->fabric.submit(count); }
int32_t tb_fabric_reap(tb_fabric *fabric) { return static_cast<int32_t>(fabric->fabric.ring.reap()); }
void tb_fabric_cancel(tb_fabric *fabric, uint32_t slot) { fabric->fabric.cancel(slot); }
double tb_fabric_wake_count(tb_fabric *fabric) { return static_cast<double>(fabric->fabric.ring.wakeCount()); }

void tb_fabric_counters(tb_fabric *fabric, double out[4]) {
  const tierbench::LinkCounters &counters = fabric->fabric.engine().counters();
  out[0] = static_cast<double>(counters.connected);
  out[1] = static_cast<double>(counters.lost);
  out[2] = static_cast<double>(counters.retried_ops);
  out[3] = static_cast<double>(fabric->fabric.engine().registeredBytes());
}

int32_t tb_fabric_region_open(tb_fabric *fabric, const char *path, double generation) {
  return fabric->fabric.openRegion(path, generation);
}

double tb_fabric_region_bytes(tb_fabric *fabric, uint32_t region_id) {
  const tierbench::LocalRegion *region = fabric->fabric.region(region_id);
  return region == nullptr ? -1 : static_cast<double>(region->region.bytes());
}

int32_t tb_fabric_region_key(tb_fabric *fabric, uint32_t region_id, uint8_t *out) {
  return fabric->fabric.regionKey(region_id, out);
}

int32_t tb_fabric_region_close(tb_fabric *fabric, uint32_t region_id) { return fabric->fabric.closeRegion(region_id); }

int32_t tb_fabric_remote_open(tb_fabric *fabric, const uint8_t *key) { return fabric->fabric.openRemote(key); }

double tb_fabric_remote_bytes(tb_fabric *fabric, uint32_t remote_id) {
  const tierbench::RemoteRegion *remote = fabric->fabric.remote(remote_id);
  return remote == nullptr ? -1 : static_cast<double>(remote->key.bytes);
}

int32_t tb_fabric_remote_close(tb_fabric *fabric, uint32_t remote_id) { return fabric->fabric.closeRemote(remote_id); }

}  // extern "C"
