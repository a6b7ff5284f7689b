// The data plane through its C ABI, as the TypeScript side drives it.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <mutex>
#include <condition_variable>
#include <vector>

#include "../include/tierbench.h"
#include "test_case.h"

using tierbench_test::scratchPath;

static std::mutex woken_mutex;
static std::condition_variable woken_changed;
static int woken = 0;

static void onWake() {
  {
    std::lock_guard lock(woken_mutex);
    woken++;
  }
  woken_changed.notify_one();
}

/// A plane with two regions of its own; slots are chosen by the test.
struct PlaneFixture {
  static constexpr uint32_t kSlots = 16;
  tb_plane *plane;
  std::string path_a, path_b;
  uint32_t a, b;

  explicit PlaneFixture(uint32_t copy_threads = 1, uint32_t inline_bytes = 0, uint32_t flags = 0, uint32_t file_depth = 32) {
    int32_t error = 0;
    woken = 0;
    plane = tb_plane_open(kSlots, copy_threads, inline_bytes, file_depth, flags, onWake, &error);
    CHECK(plane != nullptr && error == 0);
    path_a = scratchPath("/dev/shm", "plane_a");
    path_b = scratchPath("/dev/shm", "plane_b");
    a = static_cast<uint32_t>(tb_region_create(plane, path_a.c_str(), 1 << 20, 1));
    b = static_cast<uint32_t>(tb_region_create(plane, path_b.c_str(), 1 << 20, 1));
    CHECK(a == 0 && b == 1);
  }
  ~PlaneFixture() {
    CHECK(tb_plane_close(plane) == 0);
    CHECK(access(path_a.c_str(), F_OK) != 0);
  }

  tb_submission *slot(uint32_t slot, uint32_t kind) {
    tb_submission *submission = tb_plane_submissions(plane) + slot;
    memset(submission, 0, sizeof *submission);
    submission->kind = kind;
    return submission;
  }
  tb_submission *fill(uint32_t at, double offset, double bytes) {
    tb_submission *submission = slot(at, TB_KIND_FILL);
    submission->region_id = a;
    submission->offset = offset;
    submission->bytes = bytes;
    submission->model_id = 7;
    submission->weights_version = 1;
    submission->hash_low = at + 1;
    return submission;
  }
  int32_t submit(std::initializer_list<uint32_t> slots) {
    uint32_t count = 0;
    for (uint32_t slot : slots) tb_plane_submit_list(plane)[count++] = slot;
    return tb_submit(plane, count);
  }
  /// Waits for this many completions.
  std::vector<tb_completion> collect(size_t count) {
    std::vector<tb_completion> all;
    while (all.size() < count) {
      const int32_t reaped = tb_reap(plane);
      all.insert(all.end(), tb_plane_completions(plane), tb_plane_completions(plane) + reaped);
      if (reaped > 0) continue;
      std::unique_lock lock(woken_mutex);
      woken_changed.wait(lock, [] { return woken > 0; });
      woken = 0;
    }
    CHECK(all.size() == count);
    return all;
  }
  tb_completion one(uint32_t slot) {
    CHECK(submit({slot}) >= 0);
    return collect(1)[0];
  }
};

TEST(layout_lists_every_field_and_respects_the_capacity) {
  uint32_t layout[32] = {0};
  const uint32_t count = tb_layout(layout, 32);
  CHECK(count == 20 && layout[0] == 128 && layout[15] == 32);
  uint32_t two[3] = {0, 0, 99};
  CHECK(tb_layout(two, 2) == count && two[2] == 99);
}

TEST(a_filled_block_is_copied_and_verified_on_a_copy_thread) {
  PlaneFixture fixture;
  fixture.fill(3, 4096, 65536);
  CHECK(fixture.one(3).code == TB_OK);
  tb_submission *copy = fixture.fill(5, 8192, 65536);
  copy->kind = TB_KIND_COPY;
  copy->flags = TB_SUBMISSION_VERIFY;
  copy->region_id = fixture.b;
  copy->from_region_id = fixture.a;
  copy->from_offset = 4096;
  copy->hash_low = 4;  // what slot 3 was filled with
  const tb_completion done = fixture.one(5);
  CHECK(done.slot == 5 && done.code == TB_OK && done.end_ns > 0);
  copy->weights_version = 2;
  const tb_completion stale = fixture.one(5);
  CHECK(stale.code == TB_STALE && stale.value == 1);
  copy->hash_low = 9;
  CHECK(fixture.one(5).code == TB_CORRUPT);
}

TEST(small_batches_are_done_when_submit_returns_and_wake_nobody) {
  PlaneFixture fixture(1, 65536);
  fixture.fill(0, 0, 32768);
  fixture.fill(1, 32768, 32768);
  CHECK(fixture.submit({0, 1}) == 2);
  CHECK(tb_wake_count(fixture.plane) == 0);
  CHECK(fixture.collect(2).size() == 2);
}

TEST(what_lies_outside_a_region_is_out_of_range) {
  PlaneFixture fixture;
  const double megabyte = 1 << 20;
  struct Case {
    double offset, bytes;
  };
  const Case cases[] = {{megabyte, 64}, {megabyte - 64, 65}, {-1, 64}, {0.5, 64}, {9007199254740992.0, 64}, {0, 0.0 / 0.0}, {0, 63}};
  for (const Case &one : cases) {
    fixture.fill(0, one.offset, one.bytes);
    CHECK(fixture.one(0).code == TB_OUT_OF_RANGE);
  }
  fixture.fill(0, 0, 64)->region_id = 77;
  CHECK(fixture.one(0).code == TB_OUT_OF_RANGE);
  fixture.slot(0, 99);
  CHECK(fixture.one(0).code == TB_OUT_OF_RANGE);
  CHECK(fixture.submit({PlaneFixture::kSlots}) == -EINVAL);
}

TEST(a_wait_is_not_done_before_its_deadline) {
  PlaneFixture fixture;
  const double deadline_ns = tb_now_ns() + 2e6;
  fixture.slot(0, TB_KIND_WAIT_UNTIL)->deadline_ns = deadline_ns;
  const tb_completion done = fixture.one(0);
  CHECK(done.code == TB_OK && done.end_ns >= deadline_ns && tb_now_ns() >= deadline_ns);
}

TEST(a_held_copy_keeps_no_copy_thread_and_cancelling_ends_it) {
  PlaneFixture fixture;  // one copy thread
  tb_submission *held = fixture.slot(0, TB_KIND_COPY);
  held->region_id = fixture.b;
  held->from_region_id = fixture.a;
  held->bytes = 4096;
  held->deadline_ns = tb_now_ns() + 3600e9;
  fixture.fill(1, 0, 4096);
  CHECK(fixture.submit({0}) == 0);
  CHECK(fixture.submit({1}) == 0);
  CHECK(fixture.collect(1)[0].slot == 1);
  CHECK(tb_region_close(fixture.plane, fixture.b) == -EBUSY);
  CHECK(tb_plane_close(fixture.plane) == -EBUSY);
  tb_cancel_waits(fixture.plane);
  const tb_completion done = fixture.collect(1)[0];
  CHECK(done.slot == 0 && done.code == TB_CANCELLED);
  fixture.slot(2, TB_KIND_WAIT_UNTIL)->deadline_ns = tb_now_ns() + 3600e9;
  CHECK(fixture.one(2).code == TB_CANCELLED);
}

TEST(a_closed_region_of_another_plane_is_a_dead_peer) {
  PlaneFixture fixture;
  int32_t error = 0;
  tb_plane *other = tb_plane_open(4, 1, 0, 1, 0, onWake, &error);
  const std::string path = scratchPath("/dev/shm", "other");
  const int32_t made = tb_region_create(other, path.c_str(), 65536, 4);
  CHECK(made == 0);
  CHECK(tb_region_attach(fixture.plane, path.c_str(), 5) == -ESTALE);
  const int32_t attached = tb_region_attach(fixture.plane, path.c_str(), 4);
  CHECK(tb_region_bytes(fixture.plane, static_cast<uint32_t>(attached)) == 65536);
  fixture.fill(0, 0, 4096)->region_id = static_cast<uint32_t>(attached);
  CHECK(fixture.one(0).code == TB_OK);
  CHECK(tb_plane_close(other) == 0);
  CHECK(fixture.one(0).code == TB_PEER_DEAD);
}

static void roundTrip(const char *folder, uint32_t flags) {
  PlaneFixture fixture(1, 0, flags);
  const std::string path = scratchPath(folder, "file");
  const int32_t file = tb_file_open(fixture.plane, path.c_str(), TB_FILE_CREATE, 131072);
  CHECK(file >= 0);
  CHECK(tb_file_open(fixture.plane, path.c_str(), TB_FILE_CREATE, 4096) == -EEXIST);
  fprintf(stderr, "  %s flags %u: path %d\n", folder, flags, tb_file_path_taken(fixture.plane, static_cast<uint32_t>(file)));
  fixture.fill(0, 4096, 65536);
  CHECK(fixture.one(0).code == TB_OK);
  tb_submission *move = fixture.slot(1, TB_KIND_FILE_WRITE);
  move->region_id = fixture.a;
  move->file_id = static_cast<uint32_t>(file);
  move->offset = 4096;
  move->file_offset = 65536;
  move->bytes = 65536;
  CHECK(fixture.one(1).code == TB_OK);
  move->kind = TB_KIND_FILE_READ;
  move->region_id = fixture.b;
  move->offset = 8192;
  CHECK(fixture.one(1).code == TB_OK);
  tb_submission *verify = fixture.fill(0, 8192, 65536);
  verify->kind = TB_KIND_VERIFY;
  verify->region_id = fixture.b;
  CHECK(fixture.one(0).code == TB_OK);
  move->file_offset = 131072;
  CHECK(fixture.one(1).code == TB_OUT_OF_RANGE);
  // A file cut behind our back ends early: an error, not old bytes.
  CHECK(truncate(path.c_str(), 4096) == 0);
  move->file_offset = 65536;
  const tb_completion cut = fixture.one(1);
  CHECK(cut.code == TB_IO_ERROR && cut.value == ENODATA);
  CHECK(tb_file_close(fixture.plane, static_cast<uint32_t>(file)) == 0);
  CHECK(tb_file_open(fixture.plane, path.c_str(), TB_FILE_READ, 8192) == -ENODATA);
  unlink(path.c_str());
}

TEST(a_file_round_trips_by_the_best_path) { roundTrip("/tmp", 0); }
TEST(a_file_round_trips_without_io_uring) { roundTrip("/tmp", TB_PLANE_NO_IO_URING); }
TEST(a_file_round_trips_through_the_page_cache) { roundTrip("/tmp", TB_PLANE_NO_DIRECT); }
TEST(a_file_round_trips_on_tmpfs) { roundTrip("/dev/shm", 0); }

TEST(transfers_beyond_the_depth_wait_and_all_end) {
  PlaneFixture fixture(1, 0, 0, 1);
  const std::string path = scratchPath("/tmp", "deep");
  const int32_t file = tb_file_open(fixture.plane, path.c_str(), TB_FILE_CREATE, 8 * 65536);
  CHECK(file >= 0);
  for (uint32_t block = 0; block < 8; block++) {
    fixture.fill(block, block * 65536, 65536);
    tb_submission *move = fixture.slot(8 + block, TB_KIND_FILE_WRITE);
    move->region_id = fixture.a;
    move->file_id = static_cast<uint32_t>(file);
    move->offset = move->file_offset = block * 65536;
    move->bytes = 65536;
  }
  CHECK(fixture.submit({0, 1, 2, 3, 4, 5, 6, 7}) >= 0);
  for (const tb_completion &done : fixture.collect(8)) CHECK(done.code == TB_OK);
  CHECK(fixture.submit({8, 9, 10, 11, 12, 13, 14, 15}) >= 0);
  for (const tb_completion &done : fixture.collect(8)) CHECK(done.code == TB_OK);
  for (uint32_t block = 0; block < 8; block++) {
    tb_submission *move = fixture.slot(8 + block, TB_KIND_FILE_READ);
    move->region_id = fixture.b;
    move->file_id = static_cast<uint32_t>(file);
    move->offset = move->file_offset = block * 65536;
    move->bytes = 65536;
    tb_submission *verify = fixture.fill(block, block * 65536, 65536);
    verify->kind = TB_KIND_VERIFY;
    verify->region_id = fixture.b;
  }
  CHECK(fixture.submit({8, 9, 10, 11, 12, 13, 14, 15}) >= 0);
  for (const tb_completion &done : fixture.collect(8)) CHECK(done.code == TB_OK);
  CHECK(fixture.submit({0, 1, 2, 3, 4, 5, 6, 7}) >= 0);
  for (const tb_completion &done : fixture.collect(8)) CHECK(done.code == TB_OK);
  CHECK(tb_file_close(fixture.plane, static_cast<uint32_t>(file)) == 0);
  unlink(path.c_str());
}

TEST(memcpy_baseline_takes_time_and_refuses_what_it_cannot_hold) {
  tb_memcpy *baseline = tb_memcpy_open(16384);
  CHECK(tb_memcpy_run(baseline, 4096, 4, 2) > 0);
  CHECK(tb_memcpy_run(baseline, 4096, 5, 2) == -1);
  CHECK(tb_memcpy_run(baseline, 4096, 4, 0) == -1);
  tb_memcpy_close(baseline);
  CHECK(tb_memcpy_open(0.5) == nullptr);
}

TEST(loopback_baseline_streams_and_refuses_what_it_cannot_hold) {
  int32_t error = 0;
  tb_loopback *baseline = tb_loopback_open(1 << 20, &error);
  CHECK(error == 0);
  CHECK(tb_loopback_run(baseline, 65536, 16) > 0);
  CHECK(tb_loopback_run(baseline, 65536, 17) == -1);
  tb_loopback_close(baseline);
  CHECK(tb_loopback_open(-1, &error) == nullptr);
}
