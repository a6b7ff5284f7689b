// The bytes of a KV block: a function of (model, block hash, weights version, length), so that a torn, overwritten,
// foreign or stale block is seen when it is read.
//
// A block is a 64-byte header that names its identity and length under a CRC-32C, and a body that is a stream seeded by
// them: 8 Weyl sequences (start + i × odd increment mod 2^64, both from the seed) whose words alternate, so that a step
// makes 64 bytes with a few vector instructions and costs less than reading them. No word repeats within a lane, starts and
// increments differ between blocks. A body needs no checksum: every byte of it is known.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tierbench {

struct BlockIdentity {
  uint32_t model_id;
  uint32_t weights_version;
  uint64_t hash;
};

enum class BlockState { kOk, kCorrupt, kStale };

struct BlockVerdict {
  BlockState state;
  /// Of a stale block, else 0.
  uint32_t found_weights_version;
};

/// The shortest block: its header.
constexpr size_t kBlockHeaderBytes = 64;

/// Eight sequences, two to a vector register of 128 bits.
struct PatternLanes {
  typedef uint64_t Pair __attribute__((vector_size(16)));
  Pair words[4];
  Pair increments[4];
};

void fillBlock(void *block, size_t bytes, const BlockIdentity &identity);
BlockVerdict verifyBlock(const void *block, size_t bytes, const BlockIdentity &identity);

/// Checks a block piece by piece, in order, while each piece is still in the cache. The first piece holds the whole
/// header; every piece but the last is a multiple of 64 bytes.
class BlockVerifier {
 public:
  BlockVerifier(size_t block_bytes, const BlockIdentity &identity) : block_bytes_(block_bytes), identity_(identity) {}
  void feed(const void *piece, size_t bytes);
  /// Copies a piece and checks what it copies on its way, so that the bytes pass the processor once.
  void copyAndFeed(void *to, const void *from, size_t bytes);
  BlockVerdict verdict() const;

 private:
  void readHeader(const void *header);

  const size_t block_bytes_;
  const BlockIdentity identity_;
  uint32_t found_weights_version_ = 0;
  bool header_read_ = false;
  bool corrupt_ = false;
  PatternLanes lanes_{};
};

}  // namespace tierbench
