// How registered memory is named to other processes. Both sides of a transfer are little-endian 64-bit machines.
#pragma once
#include <cstdint>

#include "../../include/tierbench_fabric.h"

namespace tierbench {

constexpr uint32_t kFabricKeyMagic = 0x32466274;  // "tbF2"
/// The part of a region's header that says which generation of whose region it is, and that it is live.
constexpr uint32_t kRegionIdentityBytes = 48;

struct FabricKey {
  uint32_t magic;
  uint32_t endpoint_bytes;
  /// libfabric: name of the endpoint that serves it.
  uint8_t endpoint[96];
  uint64_t incarnation;
  /// Where the process answers: IPv4 addresses are mapped into IPv6.
  uint8_t host_ip[16];
  uint32_t host_port;
  uint32_t reserved;
  /// Of the registration.
  uint64_t remote_key;
  /// libfabric: where the region's header starts for remote operations; data follow at kRegionHeaderBytes.
  uint64_t base;
  /// Data bytes.
  uint64_t bytes;
  uint8_t identity[kRegionIdentityBytes];
  uint8_t reserved_tail[48];
};

static_assert(sizeof(FabricKey) == TB_FABRIC_KEY_BYTES);

}  // namespace tierbench
