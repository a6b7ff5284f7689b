// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, RFC 3720 B.4), by the CPU's instruction where it has one.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tierbench {

/// Checksum of `size` bytes; `seed` is the checksum of what came before, 0 at the start.
uint32_t crc32c(const void *data, size_t size, uint32_t seed = 0);
/// The table-driven form, also on CPUs that have the instruction.
uint32_t crc32cPortable(const void *data, size_t size, uint32_t seed = 0);

}  // namespace tierbench
