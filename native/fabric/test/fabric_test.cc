// A fabric library through its C ABI, with both sides in one process, so that a sanitizer sees every thread: transfers, a dead
// key, cancellation and closing with ops under way. Prints what is wrong and exits 1.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <string>

#include "../../include/tierbench_fabric.h"
#include "../../src/region.h"

namespace {

constexpr uint32_t kBytes = 3u << 20;
constexpr uint32_t kSlots = 64;

void expect(bool truth, const char *what) {
  if (truth) return;
  fprintf(stderr, "expected: %s\n", what);
  exit(1);
}

void noWake() {}

struct Side {
  tierbench::Region region;
  tb_fabric *fabric;
  uint32_t region_id;

  Side(const std::string &path, const char *provider) {
    expect(region.create(path.c_str(), kBytes, 1) == 0, "a region is made");
    tb_fabric_options options{};
    options.provider = provider;
    options.domain = "";
    options.source = "127.0.0.1";
    options.beacon_host = "";
    options.gid_index = -1;
    options.slot_count = kSlots;
    char message[64] = "";
    int32_t error = 0;
    fabric = tb_fabric_open(&options, noWake, message, sizeof message, &error);
    expect(fabric != nullptr, message);
    const int32_t id = tb_fabric_region_open(fabric, path.c_str(), 1);
    expect(id >= 0, "the region is opened");
    region_id = static_cast<uint32_t>(id);
    expect(run(TB_FABRIC_REGISTER, 0, 1) == TB_OK, "the region is registered");
  }

  tb_fabric_submission *at(uint32_t slot, uint32_t kind, uint32_t remote_id) {
    tb_fabric_submission *submission = tb_fabric_submissions(fabric) + slot;
    *submission = {};
    submission->kind = kind;
    submission->region_id = region_id;
    submission->remote_id = remote_id;
    submission->bytes = kBytes;
    submission->deadline_ns = tb_fabric_now_ns() + 20e9;
    return submission;
  }

  void submit(uint32_t kind, uint32_t remote_id, uint32_t count) {
    for (uint32_t slot = 0; slot < count; slot++) {
      at(slot, kind, remote_id);
      tb_fabric_submit_list(fabric)[slot] = slot;
    }
    expect(tb_fabric_submit(fabric, count) == 0, "native code takes the ops");
  }

  /// The worst code of `count` completions.
  int32_t wait(uint32_t count) {
    int32_t worst = 0;
    for (uint32_t done = 0; done < count;) {
      const int32_t got = tb_fabric_reap(fabric);
      for (int32_t i = 0; i < got; i++) worst = std::max(worst, tb_fabric_completions(fabric)[i].code);
      done += static_cast<uint32_t>(got);
      usleep(100);
    }
    return worst;
  }

  int32_t run(uint32_t kind, uint32_t remote_id, uint32_t count) {
    submit(kind, remote_id, count);
    return wait(count);
  }
};

void transfersAndFails(Side &near, Side &far) {
  uint8_t key[TB_FABRIC_KEY_BYTES];
  expect(tb_fabric_region_key(far.fabric, far.region_id, key) == 0, "a registered region has a key");
  const uint32_t remote = static_cast<uint32_t>(tb_fabric_remote_open(near.fabric, key));
  memset(far.region.data(), 0x5a, kBytes);
  expect(near.run(TB_FABRIC_GET, remote, 1) == TB_OK, "a get succeeds");
  expect(memcmp(near.region.data(), far.region.data(), kBytes) == 0, "a get brings the bytes");
  memset(near.region.data(), 0xc3, kBytes);
  expect(near.run(TB_FABRIC_PUT, remote, 1) == TB_OK, "a put succeeds");
  expect(memcmp(near.region.data(), far.region.data(), kBytes) == 0, "a put brings the bytes");
  expect(near.run(TB_FABRIC_GET, remote, kSlots) == TB_OK, "all slots are served");

  tb_fabric_submit_list(near.fabric)[0] = 0;
  tb_fabric_submit_list(near.fabric)[1] = kSlots;
  expect(tb_fabric_submit(near.fabric, 2) < 0, "a slot that does not exist is refused");
  expect(tb_fabric_submit(near.fabric, 0) == 0, "nothing is taken without trouble");
  expect(near.run(TB_FABRIC_GET, remote, kSlots) == TB_OK, "and nothing of such a group was taken");

  near.submit(TB_FABRIC_GET, remote, kSlots);
  for (uint32_t slot = 0; slot < kSlots; slot++) tb_fabric_cancel(near.fabric, slot);
  const int32_t cancelled = near.wait(kSlots);
  expect(cancelled == TB_OK || cancelled == TB_CANCELLED, "cancelled ops end");

  expect(far.run(TB_FABRIC_DEREGISTER, 0, 1) == TB_OK, "a region is deregistered");
  expect(near.run(TB_FABRIC_GET, remote, 4) == TB_DEAD_KEY, "a key ends with its registration");
  expect(far.run(TB_FABRIC_REGISTER, 0, 1) == TB_OK, "a region is registered again");
  expect(tb_fabric_region_key(far.fabric, far.region_id, key) == 0, "and has a key again");
  const uint32_t again = static_cast<uint32_t>(tb_fabric_remote_open(near.fabric, key));
  expect(near.run(TB_FABRIC_GET, again, 4) == TB_OK, "which serves");
  expect(tb_fabric_remote_close(near.fabric, remote) == 0, "a dead key is closed");

  near.submit(TB_FABRIC_GET, again, kSlots);
  tb_fabric_halt(far.fabric);
  expect(tb_fabric_close(far.fabric) == 0, "a fabric closes under its peers' ops");
  const int32_t left = near.wait(kSlots);
  expect(left == TB_OK || left == TB_PEER_DEAD, "which end as done or with a dead peer");
  expect(tb_fabric_close(near.fabric) == 0, "a fabric closes");
}

}  // namespace

int main(int, char **argv) {
  const std::string folder = argv[1];
  Side near(folder + "/near", argv[2]);
  Side far(folder + "/far", argv[2]);
  transfersAndFails(near, far);
  puts("ok");
  return 0;
}
