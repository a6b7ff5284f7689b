#include "crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1 << 7)
#endif
#endif

namespace tierbench {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78u;

/// tables[k][b]: the effect of byte b followed by k zero bytes (slicing by 8).
using CrcTables = std::array<std::array<uint32_t, 256>, 8>;

constexpr CrcTables makeTables() {
  CrcTables tables{};
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (uint32_t byte = 0; byte < 256; byte++) {
    for (int k = 1; k < 8; k++) tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xff];
  }
  return tables;
}

constexpr CrcTables kTables = makeTables();

#if defined(__x86_64__)
bool hasInstruction() { return __builtin_cpu_supports("sse4.2"); }
__attribute__((target("sse4.2"))) uint32_t crcWord(uint32_t crc, uint64_t word) {
  return static_cast<uint32_t>(_mm_crc32_u64(crc, word));
}
#define TB_CRC_TARGET __attribute__((target("sse4.2")))
#elif defined(__aarch64__)
bool hasInstruction() { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
#if defined(__clang__)
#define TB_CRC_TARGET __attribute__((target("crc")))
#else
#define TB_CRC_TARGET __attribute__((target("+crc")))
#endif
TB_CRC_TARGET uint32_t crcWord(uint32_t crc, uint64_t word) { return __crc32cd(crc, word); }
#endif

#if defined(TB_CRC_TARGET)
TB_CRC_TARGET uint32_t crcByInstruction(const uint8_t *bytes, size_t size, uint32_t crc) {
  for (; size >= 8; bytes += 8, size -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    crc = crcWord(crc, word);
  }
  for (; size > 0; bytes++, size--) crc = (crc >> 8) ^ kTables[0][(crc ^ *bytes) & 0xff];
  return crc;
}
#endif

}  // namespace

uint32_t crc32cPortable(const void *data, size_t size, uint32_t seed) {
  const uint8_t *bytes = static_cast<const uint8_t *>(data);
  uint32_t crc = ~seed;
  for (; size >= 8; bytes += 8, size -= 8) {
    uint32_t low, high;
    memcpy(&low, bytes, 4);
    memcpy(&high, bytes + 4, 4);
    low ^= crc;
    crc = kTables[7][low & 0xff] ^ kTables[6][(low >> 8) & 0xff] ^ kTables[5][(low >> 16) & 0xff] ^
          kTables[4][low >> 24] ^ kTables[3][high & 0xff] ^ kTables[2][(high >> 8) & 0xff] ^
          kTables[1][(high >> 16) & 0xff] ^ kTables[0][high >> 24];
  }
  for (; size > 0; bytes++, size--) crc = (crc >> 8) ^ kTables[0][(crc ^ *bytes) & 0xff];
  return ~crc;
}

uint32_t crc32c(const void *data, size_t size, uint32_t seed) {
#if defined(TB_CRC_TARGET)
  static const bool by_instruction = hasInstruction();
  if (by_instruction) return ~crcByInstruction(static_cast<const uint8_t *>(data), size, ~seed);
#endif
  return crc32cPortable(data, size, seed);
}

}  // namespace tierbench
