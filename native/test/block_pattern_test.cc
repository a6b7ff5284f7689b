#include "../src/block_pattern.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "../src/stream_store.h"
#include "test_case.h"

using tierbench::BlockIdentity;
using tierbench::BlockState;
using tierbench::BlockVerifier;
using tierbench::fillBlock;
using tierbench::verifyBlock;

static const BlockIdentity kBlock = {7, 3, 0x1f23456789abcdull};

static std::vector<uint8_t> filled(size_t bytes, const BlockIdentity &identity) {
  std::vector<uint8_t> block(bytes);
  fillBlock(block.data(), bytes, identity);
  return block;
}

static BlockState stateOf(const std::vector<uint8_t> &block, const BlockIdentity &identity) {
  return verifyBlock(block.data(), block.size(), identity).state;
}

TEST(a_filled_block_of_any_length_verifies) {
  for (size_t bytes : {64u, 65u, 127u, 128u, 129u, 4096u, 100003u}) CHECK(stateOf(filled(bytes, kBlock), kBlock) == BlockState::kOk);
}

TEST(every_flipped_bit_is_seen) {
  std::vector<uint8_t> block = filled(64 + 64 + 13, kBlock);  // header, a whole step, a part of one
  for (size_t bit = 0; bit < block.size() * 8; bit++) {
    block[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    CHECK(stateOf(block, kBlock) == BlockState::kCorrupt);
    block[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
  }
  CHECK(stateOf(block, kBlock) == BlockState::kOk);
}

TEST(the_same_block_under_other_weights_is_stale_and_names_them) {
  BlockIdentity old = kBlock;
  old.weights_version = 2;
  const auto verdict = verifyBlock(filled(4096, old).data(), 4096, kBlock);
  CHECK(verdict.state == BlockState::kStale);
  CHECK(verdict.found_weights_version == 2);
}

TEST(another_block_model_or_length_is_corrupt) {
  BlockIdentity other_hash = kBlock, other_model = kBlock;
  other_hash.hash ^= 1;
  other_model.model_id ^= 1;
  CHECK(stateOf(filled(4096, other_hash), kBlock) == BlockState::kCorrupt);
  CHECK(stateOf(filled(4096, other_model), kBlock) == BlockState::kCorrupt);
  const std::vector<uint8_t> longer = filled(8192, kBlock);
  CHECK(verifyBlock(longer.data(), 4096, kBlock).state == BlockState::kCorrupt);
}

TEST(a_block_torn_between_two_versions_is_corrupt_not_stale) {
  BlockIdentity old = kBlock;
  old.weights_version = 2;
  std::vector<uint8_t> torn = filled(4096, old);
  const std::vector<uint8_t> current = filled(4096, kBlock);
  memcpy(&torn[2048], &current[2048], 2048);
  CHECK(stateOf(torn, kBlock) == BlockState::kCorrupt);
  torn = current;
  memcpy(&torn[2048], filled(4096, old).data() + 2048, 2048);
  CHECK(stateOf(torn, kBlock) == BlockState::kCorrupt);
}

TEST(memory_never_written_is_corrupt) {
  CHECK(stateOf(std::vector<uint8_t>(4096), kBlock) == BlockState::kCorrupt);
}

TEST(a_block_checked_in_pieces_has_the_verdict_of_the_whole) {
  std::vector<uint8_t> block = filled(64 * 9 + 5, kBlock);
  const auto inPieces = [&] {
    BlockVerifier verifier(block.size(), kBlock);
    verifier.feed(&block[0], 64);
    verifier.feed(&block[64], 64 * 3);
    verifier.feed(&block[64 * 4], block.size() - 64 * 4);
    return verifier.verdict().state;
  };
  CHECK(inPieces() == BlockState::kOk);
  block[64 * 7] ^= 1;
  CHECK(inPieces() == BlockState::kCorrupt);
}

TEST(a_block_checked_while_it_is_copied_arrives_whole_and_every_flipped_bit_is_seen) {
  for (size_t skew : {0u, 1u}) {  // a destination that streaming stores can and cannot write
    std::vector<uint8_t> block = filled(64 * 3 + 13, kBlock), arrived(block.size() + 32);
    const size_t odd = reinterpret_cast<uintptr_t>(arrived.data()) & 15;
    uint8_t *to = arrived.data() + (16 - odd) % 16 + skew;
    const auto copied = [&] {
      BlockVerifier verifier(block.size(), kBlock);
      verifier.copyAndFeed(to, block.data(), block.size());
      return verifier.verdict().state;
    };
    CHECK(copied() == BlockState::kOk);
    CHECK(memcmp(to, block.data(), block.size()) == 0);
    for (size_t bit = 0; bit < block.size() * 8; bit++) {
      block[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
      CHECK(copied() == BlockState::kCorrupt);
      block[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    }
  }
}

TEST(a_block_long_enough_for_streaming_stores_arrives_whole_and_a_flipped_bit_is_seen) {
  // 256 KiB behind the header is 16 turns of four pages; then a turn that is not whole: a line and 13 bytes.
  const size_t body = 256 * 1024 + 64 + 13;
  std::vector<uint8_t> block = filled(64 + body, kBlock), arrived(block.size() + 16);
  uint8_t *to = arrived.data() + (16 - (reinterpret_cast<uintptr_t>(arrived.data()) & 15)) % 16;
  const auto copied = [&] {
    BlockVerifier verifier(block.size(), kBlock);
    verifier.copyAndFeed(to, block.data(), block.size());
    return verifier.verdict().state;
  };
  CHECK(copied() == BlockState::kOk);
  CHECK(memcmp(to, block.data(), block.size()) == 0);
  // The first and the last byte of every page, each page of a turn among them, and of what is left over.
  for (size_t page = 0; page <= body / 4096; page++) {
    for (size_t at : {64 + page * 4096, std::min(64 + page * 4096 + 4095, block.size() - 1)}) {
      block[at] ^= 1;
      CHECK(copied() == BlockState::kCorrupt);
      CHECK(memcmp(to, block.data(), block.size()) == 0);
      block[at] ^= 1;
    }
  }
}

TEST(two_pages_that_changed_places_are_seen) {
  std::vector<uint8_t> block = filled(256 * 1024, kBlock), arrived(block.size() + 16);
  uint8_t *to = arrived.data() + (16 - (reinterpret_cast<uintptr_t>(arrived.data()) & 15)) % 16;
  std::swap_ranges(&block[64], &block[64 + 4096], &block[64 + 4096]);
  BlockVerifier verifier(block.size(), kBlock);
  verifier.copyAndFeed(to, block.data(), block.size());
  CHECK(verifier.verdict().state == BlockState::kCorrupt);
}

TEST(a_streaming_copy_of_any_length_moves_every_byte_and_no_other) {
  for (size_t bytes : {0u, 1u, 63u, 64u, 16383u, 16384u, 16385u, 40000u, 100003u}) {
    std::vector<uint8_t> from(bytes + 1), arrived(bytes + 32, 0xee);
    for (size_t i = 0; i < bytes; i++) from[i] = static_cast<uint8_t>(i * 7 + i / 256);
    uint8_t *to = arrived.data() + (16 - (reinterpret_cast<uintptr_t>(arrived.data()) & 15)) % 16;
    tierbench::streamCopy(to, from.data(), bytes);
    CHECK(memcmp(to, from.data(), bytes) == 0);
    CHECK(to[bytes] == 0xee);
  }
}

TEST(blocks_of_neighbouring_hashes_share_no_words) {
  BlockIdentity next = kBlock;
  next.hash++;
  const std::vector<uint8_t> a = filled(4096, kBlock), b = filled(4096, next);
  for (size_t at = 64; at < 4096; at += 8) CHECK(memcmp(&a[at], &b[at], 8) != 0);
}
