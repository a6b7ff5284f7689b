// What one submission asks for, and the two kinds of memory it names. The caller's thread fills these in before the engine's
// thread sees them; fields marked so belong to the engine's thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>

#include "../../src/block_pattern.h"
#include "../../src/region.h"
#include "fabric_key.h"

/// libfabric's.
struct fid_mr;

namespace tierbench {

struct FabricOp;

/// A region of this process or host, and its registration once there is one.
struct LocalRegion {
  Region region;
  fid_mr *mr = nullptr;
  FabricKey key{};
  std::atomic<bool> registered{false};
  /// Ops that use it now.
  std::atomic<uint32_t> users{0};

  uint8_t *header() const { return region.data() - kRegionHeaderBytes; }
  uint64_t mappedBytes() const { return kRegionHeaderBytes + region.bytes(); }
};

/// Memory of another process, as its key describes it.
struct RemoteRegion {
  explicit RemoteRegion(const FabricKey &described) : key(described) {}

  const FabricKey key;
  std::atomic<uint32_t> users{0};

  /// Engine thread, libfabric. The remote header is read before a burst of ops and must be what the key says.
  enum class Check { kUnchecked, kChecking, kValid } check = Check::kUnchecked;
  /// Engine thread, libfabric: ops of the link that name it; those that wait for the check.
  uint32_t active = 0;
  std::deque<FabricOp *> held;
  /// Engine thread, libfabric: connections lost while an operation on this memory was the only one under way.
  uint32_t alone_losses = 0;
};

struct FabricOp {
  uint32_t slot;
  uint32_t group;
  uint32_t kind;
  LocalRegion *local;
  RemoteRegion *remote;
  uint64_t region_offset;
  uint64_t remote_offset;
  uint64_t bytes;
  uint64_t deadline_ns;
  /// A get whose bytes must be this block.
  bool verify;
  BlockIdentity identity;
  std::atomic<bool> cancelled;

  /// Engine thread, libfabric: [0, issued_bytes) is under way or done, in pieces.
  uint64_t issued_bytes;
  uint32_t pieces_in_flight;
  /// Engine thread, libfabric: place in the link's list.
  uint32_t link_index;
};

}  // namespace tierbench
