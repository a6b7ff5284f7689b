// What memory can do at best in the same run: memcpy between private buffers.
#pragma once
#include <cstdint>

namespace tierbench {

/// Wall ns of copying `count` pieces of `bytes`, `rounds` times over, the pieces of a round spread over `threads`.
uint64_t measureMemcpyNs(uint64_t bytes, uint32_t count, uint32_t rounds, uint32_t threads);

}  // namespace tierbench
