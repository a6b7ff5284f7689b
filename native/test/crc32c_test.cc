#include "../src/crc32c.h"

#include <cstring>
#include <vector>

#include "test_case.h"

using tierbench::crc32c;
using tierbench::crc32cPortable;

// RFC 3720 B.4 and the usual check value.
TEST(crc32c_knows_the_published_vectors) {
  CHECK(crc32c("123456789", 9) == 0xE3069283u);
  uint8_t bytes[32];
  memset(bytes, 0, sizeof bytes);
  CHECK(crc32c(bytes, sizeof bytes) == 0x8A9136AAu);
  memset(bytes, 0xff, sizeof bytes);
  CHECK(crc32c(bytes, sizeof bytes) == 0x62A8AB43u);
  for (int i = 0; i < 32; i++) bytes[i] = static_cast<uint8_t>(i);
  CHECK(crc32c(bytes, sizeof bytes) == 0x46DD794Eu);
  CHECK(crc32c(bytes, 0) == 0);
}

TEST(crc32c_by_instruction_and_by_table_agree_at_every_length_and_alignment) {
  std::vector<uint8_t> bytes(300);
  for (size_t i = 0; i < bytes.size(); i++) bytes[i] = static_cast<uint8_t>(i * 37 + 11);
  for (size_t start = 0; start < 8; start++) {
    for (size_t size = 0; size + start <= bytes.size(); size++) {
      CHECK(crc32c(&bytes[start], size) == crc32cPortable(&bytes[start], size));
    }
  }
}

TEST(crc32c_continues_from_the_checksum_of_what_came_before) {
  const uint32_t first = crc32c("12345", 5);
  CHECK(crc32c("6789", 4, first) == 0xE3069283u);
  CHECK(crc32cPortable("6789", 4, first) == 0xE3069283u);
}
