// 64-bit quantities cross the ABI as doubles that hold exact integers.
#pragma once
#include <cstdint>

namespace tierbench {

/// False for NaN, negative numbers, fractions and anything from 2^53 on.
inline bool exactU64(double number, uint64_t *value) {
  if (!(number >= 0 && number < 9007199254740992.0)) return false;
  *value = static_cast<uint64_t>(number);
  return static_cast<double>(*value) == number;
}

}  // namespace tierbench
