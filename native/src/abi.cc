// The C ABI over the C++ nouns. See include/tierbench.h for what each call promises.
#include <errno.h>

#include <cstddef>
#include <memory>

#include "../include/tierbench.h"
#include "data_plane.h"
#include "exact_u64.h"
#include "loopback_baseline.h"
#include "memcpy_baseline.h"
#include "monotonic_clock.h"
#include "shared_numbers.h"

static_assert(sizeof(tb_submission) == 128);
static_assert(sizeof(tb_completion) == 32);
static_assert(offsetof(tb_submission, offset) == 40);
static_assert(offsetof(tb_submission, deadline_ns) == 72);
static_assert(offsetof(tb_completion, end_ns) == 16);

struct tb_plane : tierbench::DataPlane {
  using DataPlane::DataPlane;
};
struct tb_numbers : tierbench::SharedNumbers {};
struct tb_loopback : tierbench::LoopbackBaseline {
  using LoopbackBaseline::LoopbackBaseline;
};
struct tb_memcpy : tierbench::MemcpyBaseline {
  using MemcpyBaseline::MemcpyBaseline;
};

uint32_t tb_abi_version(void) { return TB_ABI_VERSION; }

uint32_t tb_layout(uint32_t *out, uint32_t capacity) {
  const size_t layout[] = {
      sizeof(tb_submission),
      offsetof(tb_submission, kind),
      offsetof(tb_submission, flags),
      offsetof(tb_submission, region_id),
      offsetof(tb_submission, from_region_id),
      offsetof(tb_submission, file_id),
      offsetof(tb_submission, model_id),
      offsetof(tb_submission, weights_version),
      offsetof(tb_submission, hash_low),
      offsetof(tb_submission, hash_high),
      offsetof(tb_submission, offset),
      offsetof(tb_submission, from_offset),
      offsetof(tb_submission, file_offset),
      offsetof(tb_submission, bytes),
      offsetof(tb_submission, deadline_ns),
      sizeof(tb_completion),
      offsetof(tb_completion, slot),
      offsetof(tb_completion, code),
      offsetof(tb_completion, value),
      offsetof(tb_completion, end_ns),
  };
  constexpr uint32_t kCount = sizeof layout / sizeof layout[0];
  for (uint32_t i = 0; i < kCount && i < capacity; i++) out[i] = static_cast<uint32_t>(layout[i]);
  return kCount;
}

double tb_now_ns(void) { return static_cast<double>(tierbench::monotonicNs()); }

tb_plane *tb_plane_open(uint32_t slot_count, uint32_t copy_threads, uint32_t inline_bytes, uint32_t file_depth,
                        uint32_t flags, void (*wake)(void), int32_t *error) {
  *error = -EINVAL;
  if (slot_count == 0 || copy_threads == 0 || file_depth == 0 || wake == nullptr) return nullptr;
  auto plane = std::make_unique<tb_plane>(tierbench::DataPlaneOptions{
      slot_count, copy_threads, inline_bytes, file_depth, (flags & TB_PLANE_NO_IO_URING) == 0, (flags & TB_PLANE_NO_DIRECT) == 0, wake});
  *error = plane->start();
  return *error == 0 ? plane.release() : nullptr;
}

void tb_plane_halt(tb_plane *plane) { plane->halt(); }

int32_t tb_plane_close(tb_plane *plane) {
  if (!plane->ring.idle()) return -EBUSY;
  delete plane;
  return 0;
}

tb_submission *tb_plane_submissions(tb_plane *plane) { return plane->ring.submissions.data(); }
tb_completion *tb_plane_completions(tb_plane *plane) { return plane->ring.completions.data(); }
uint32_t *tb_plane_submit_list(tb_plane *plane) { return plane->ring.submit_list.data(); }
int32_t tb_submit(tb_plane *plane, uint32_t count) { return plane->submit(count); }
int32_t tb_reap(tb_plane *plane) { return static_cast<int32_t>(plane->ring.reap()); }
void tb_cancel_waits(tb_plane *plane) { plane->cancelWaits(); }
double tb_wake_count(tb_plane *plane) { return static_cast<double>(plane->ring.wakeCount()); }

int32_t tb_region_create(tb_plane *plane, const char *path, double bytes, double generation) {
  uint64_t exact_bytes, exact_generation;
  if (!tierbench::exactU64(bytes, &exact_bytes) || !tierbench::exactU64(generation, &exact_generation)) return -EINVAL;
  auto region = std::make_unique<tierbench::Region>();
  const int error = region->create(path, exact_bytes, exact_generation);
  return error != 0 ? error : static_cast<int32_t>(plane->regions.add(std::move(region)));
}

int32_t tb_region_attach(tb_plane *plane, const char *path, double generation) {
  uint64_t exact_generation = 0;
  const bool any = generation == -1;
  if (!any && !tierbench::exactU64(generation, &exact_generation)) return -EINVAL;
  auto region = std::make_unique<tierbench::Region>();
  const int error = region->attach(path, any ? nullptr : &exact_generation);
  return error != 0 ? error : static_cast<int32_t>(plane->regions.add(std::move(region)));
}

double tb_region_bytes(tb_plane *plane, uint32_t region_id) {
  const tierbench::Region *region = plane->regions.find(region_id);
  return region == nullptr ? -1 : static_cast<double>(region->bytes());
}

double tb_region_generation(tb_plane *plane, uint32_t region_id) {
  const tierbench::Region *region = plane->regions.find(region_id);
  return region == nullptr ? -1 : static_cast<double>(region->generation());
}

int32_t tb_region_renew(tb_plane *plane, uint32_t region_id, double generation) {
  uint64_t exact_generation;
  tierbench::Region *region = plane->regions.find(region_id);
  if (region == nullptr || !tierbench::exactU64(generation, &exact_generation)) return -EINVAL;
  return region->renew(exact_generation);
}

int32_t tb_region_close(tb_plane *plane, uint32_t region_id) {
  const tierbench::Region *region = plane->regions.find(region_id);
  if (region == nullptr) return -EINVAL;
  if (region->users.load() != 0) return -EBUSY;
  plane->regions.remove(region_id);
  return 0;
}

int32_t tb_file_open(tb_plane *plane, const char *path, uint32_t mode, double bytes) {
  uint64_t exact_bytes;
  if (!tierbench::exactU64(bytes, &exact_bytes) || mode > TB_FILE_READ) return -EINVAL;
  auto file = std::make_unique<tierbench::DiskFile>();
  const bool direct = plane->wantsDirect();
  const int error =
      mode == TB_FILE_CREATE ? file->create(path, exact_bytes, direct) : file->openExisting(path, exact_bytes, direct);
  return error != 0 ? error : static_cast<int32_t>(plane->files.add(std::move(file)));
}

int32_t tb_file_path_taken(tb_plane *plane, uint32_t file_id) {
  const tierbench::DiskFile *file = plane->files.find(file_id);
  return file == nullptr ? -EINVAL : static_cast<int32_t>(plane->pathTaken(*file));
}

int32_t tb_file_close(tb_plane *plane, uint32_t file_id) {
  const tierbench::DiskFile *file = plane->files.find(file_id);
  if (file == nullptr) return -EINVAL;
  if (file->users.load() != 0) return -EBUSY;
  plane->files.remove(file_id);
  return 0;
}

tb_numbers *tb_numbers_create(const char *path, uint32_t length, int32_t *error) {
  auto numbers = std::make_unique<tb_numbers>();
  *error = numbers->create(path, length);
  return *error == 0 ? numbers.release() : nullptr;
}

tb_numbers *tb_numbers_attach(const char *path, int32_t *error) {
  auto numbers = std::make_unique<tb_numbers>();
  *error = numbers->attach(path);
  return *error == 0 ? numbers.release() : nullptr;
}

uint32_t tb_numbers_length(tb_numbers *numbers) { return numbers->length(); }
double *tb_numbers_values(tb_numbers *numbers) { return numbers->values(); }
int32_t tb_numbers_lock(tb_numbers *numbers) { return numbers->lock(); }
int32_t tb_numbers_unlock(tb_numbers *numbers) { return numbers->unlock(); }
void tb_numbers_close(tb_numbers *numbers) { delete numbers; }

tb_memcpy *tb_memcpy_open(double buffer_bytes) {
  uint64_t exact_bytes;
  return tierbench::exactU64(buffer_bytes, &exact_bytes) ? new tb_memcpy(exact_bytes) : nullptr;
}

double tb_memcpy_run(tb_memcpy *baseline, double bytes, uint32_t count, uint32_t threads) {
  uint64_t exact_bytes;
  if (!tierbench::exactU64(bytes, &exact_bytes) || threads == 0 || !baseline->holds(exact_bytes, count)) return -1;
  return static_cast<double>(baseline->copyNs(exact_bytes, count, threads));
}

void tb_memcpy_close(tb_memcpy *baseline) { delete baseline; }

tb_loopback *tb_loopback_open(double buffer_bytes, int32_t *error) {
  uint64_t exact_bytes;
  *error = -EINVAL;
  if (!tierbench::exactU64(buffer_bytes, &exact_bytes)) return nullptr;
  auto baseline = std::make_unique<tb_loopback>(exact_bytes);
  *error = baseline->connect();
  return *error == 0 ? baseline.release() : nullptr;
}

double tb_loopback_run(tb_loopback *baseline, double bytes, uint32_t count) {
  uint64_t exact_bytes;
  if (!tierbench::exactU64(bytes, &exact_bytes) || !baseline->holds(exact_bytes, count)) return -1;
  return static_cast<double>(baseline->streamNs(exact_bytes, count));
}

void tb_loopback_close(tb_loopback *baseline) { delete baseline; }
