#include "block_pattern.h"

#include <cstring>

#include "crc32c.h"
#include "stream_store.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "block bytes are little-endian");

namespace tierbench {
namespace {

constexpr uint64_t kBlockMagic = 0x6b636f6c42564b74ull;  // "tKVBlock"
constexpr size_t kStepBytes = 64;

struct BlockHeader {
  uint64_t magic;
  uint32_t model_id;
  uint32_t weights_version;
  uint64_t hash;
  uint64_t bytes;
  uint64_t seed;
  uint8_t zero[20];
  uint32_t header_crc32c;
};
static_assert(sizeof(BlockHeader) == kBlockHeaderBytes);

/// splitmix64 (Steele, Lea, Flood 2014): spreads a seed over independent words.
uint64_t spread(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

BlockHeader makeHeader(size_t bytes, const BlockIdentity &identity) {
  BlockHeader header;
  memset(&header, 0, sizeof header);
  header.magic = kBlockMagic;
  header.model_id = identity.model_id;
  header.weights_version = identity.weights_version;
  header.hash = identity.hash;
  header.bytes = bytes;
  uint64_t seed = identity.hash;
  seed = spread(&seed) ^ (static_cast<uint64_t>(identity.model_id) << 32 | identity.weights_version);
  seed = spread(&seed) ^ bytes;
  header.seed = spread(&seed);
  header.header_crc32c = crc32c(&header, offsetof(BlockHeader, header_crc32c));
  return header;
}

PatternLanes seedLanes(uint64_t seed) {
  PatternLanes lanes;
  for (int i = 0; i < 4; i++) {
    for (int half = 0; half < 2; half++) {
      lanes.words[i][half] = spread(&seed);
      lanes.increments[i][half] = spread(&seed) | 1;
    }
  }
  return lanes;
}

inline void step(PatternLanes &lanes) {
  for (int i = 0; i < 4; i++) lanes.words[i] += lanes.increments[i];
}

void fillBody(uint8_t *body, size_t bytes, PatternLanes lanes) {
  for (; bytes >= kStepBytes; body += kStepBytes, bytes -= kStepBytes) {
    step(lanes);
    memcpy(body, lanes.words, kStepBytes);
  }
  if (bytes > 0) {
    step(lanes);
    memcpy(body, lanes.words, bytes);
  }
}

/// Whether `body` continues the stream at `lanes_at`, which is advanced past it.
bool bodyContinues(const uint8_t *body, size_t bytes, PatternLanes *lanes_at) {
  PatternLanes lanes = *lanes_at;
  PatternLanes::Pair differing[4] = {};
  for (; bytes >= kStepBytes; body += kStepBytes, bytes -= kStepBytes) {
    step(lanes);
    PatternLanes::Pair found[4];
    memcpy(found, body, kStepBytes);
    for (int i = 0; i < 4; i++) differing[i] |= found[i] ^ lanes.words[i];
  }
  bool equal = true;
  if (bytes > 0) {
    step(lanes);
    equal = memcmp(body, lanes.words, bytes) == 0;
  }
  *lanes_at = lanes;
  const PatternLanes::Pair any = differing[0] | differing[1] | differing[2] | differing[3];
  return equal && (any[0] | any[1]) == 0;
}

/// Copies whole turns of a streaming copy and gathers in `differing` where they differ from the stream at `lanes_at`, which is
/// advanced past them. Every lane is a line, so that the words of a page that is read ahead are those of the first and a constant.
void streamTurns(uint8_t *to, const uint8_t *body, size_t turns, PatternLanes *lanes_at, PatternLanes::Pair differing[4]) {
  PatternLanes lanes = *lanes_at;
  PatternLanes::Pair seen[4] = {}, ahead[kPagesInTurn][4];
  for (size_t page = 0; page < kPagesInTurn; page++) {
    for (int i = 0; i < 4; i++) ahead[page][i] = lanes.increments[i] * (page * (kPageBytes / kStepBytes));
  }
  for (; turns > 0; turns--, to += kTurnBytes, body += kTurnBytes) {
    for (size_t at = 0; at < kPageBytes; at += kStepBytes) {
      step(lanes);
      for (size_t page = 0; page < kPagesInTurn; page++) {
        PatternLanes::Pair found[4];
        streamLine(to + page * kPageBytes + at, body + page * kPageBytes + at, found);
        for (int i = 0; i < 4; i++) seen[i] |= found[i] ^ (lanes.words[i] + ahead[page][i]);
      }
    }
    for (int i = 0; i < 4; i++) lanes.words[i] += ahead[kPagesInTurn - 1][i];
  }
  for (int i = 0; i < 4; i++) differing[i] |= seen[i];
  *lanes_at = lanes;
}

/// bodyContinues that also copies the bytes it has looked at; when streaming, `to` is 16-byte aligned.
template <bool kStreams>
bool copiedBodyContinues(uint8_t *to, const uint8_t *body, size_t bytes, PatternLanes *lanes_at) {
  PatternLanes::Pair differing[4] = {};
  if constexpr (kStreams) {
    const size_t turns = bytes / kTurnBytes;
    streamTurns(to, body, turns, lanes_at, differing);
    to += turns * kTurnBytes;
    body += turns * kTurnBytes;
    bytes -= turns * kTurnBytes;
  }
  PatternLanes lanes = *lanes_at;
  for (; bytes >= kStepBytes; to += kStepBytes, body += kStepBytes, bytes -= kStepBytes) {
    __builtin_prefetch(body + 512);
    step(lanes);
    PatternLanes::Pair found[4];
    memcpy(found, body, kStepBytes);
    for (int i = 0; i < 4; i++) differing[i] |= found[i] ^ lanes.words[i];
    memcpy(to, found, kStepBytes);
  }
  *lanes_at = lanes;
  memcpy(to, body, bytes);
  const PatternLanes::Pair any = differing[0] | differing[1] | differing[2] | differing[3];
  return (any[0] | any[1]) == 0 && bodyContinues(to, bytes, lanes_at);
}

}  // namespace

void fillBlock(void *block, size_t bytes, const BlockIdentity &identity) {
  const BlockHeader header = makeHeader(bytes, identity);
  memcpy(block, &header, sizeof header);
  fillBody(static_cast<uint8_t *>(block) + sizeof header, bytes - sizeof header, seedLanes(header.seed));
}

void BlockVerifier::readHeader(const void *piece) {
  BlockHeader found;
  memcpy(&found, piece, sizeof found);
  // A header is right exactly when it is the one that this identity under the version found would have.
  BlockIdentity claimed = identity_;
  claimed.weights_version = found.weights_version;
  const BlockHeader expected = makeHeader(block_bytes_, claimed);
  corrupt_ = memcmp(&found, &expected, sizeof found) != 0;
  found_weights_version_ = found.weights_version;
  lanes_ = seedLanes(expected.seed);
  header_read_ = true;
}

void BlockVerifier::feed(const void *piece, size_t bytes) {
  const uint8_t *at = static_cast<const uint8_t *>(piece);
  if (!header_read_) {
    readHeader(at);
    at += kBlockHeaderBytes;
    bytes -= kBlockHeaderBytes;
  }
  if (!corrupt_ && !bodyContinues(at, bytes, &lanes_)) corrupt_ = true;
}

void BlockVerifier::copyAndFeed(void *to, const void *from, size_t bytes) {
  uint8_t *at = static_cast<uint8_t *>(to);
  const uint8_t *body = static_cast<const uint8_t *>(from);
  if (!header_read_) {
    memcpy(at, body, kBlockHeaderBytes);
    readHeader(at);
    at += kBlockHeaderBytes;
    body += kBlockHeaderBytes;
    bytes -= kBlockHeaderBytes;
  }
  const bool streams = block_bytes_ >= kStreamBytes && canStream(to);
  const bool continues = streams ? copiedBodyContinues<true>(at, body, bytes, &lanes_)
                                 : copiedBodyContinues<false>(at, body, bytes, &lanes_);
  if (!continues) corrupt_ = true;
  if (streams) streamFence();
}

BlockVerdict BlockVerifier::verdict() const {
  if (corrupt_ || !header_read_) return {BlockState::kCorrupt, 0};
  if (found_weights_version_ != identity_.weights_version) return {BlockState::kStale, found_weights_version_};
  return {BlockState::kOk, 0};
}

BlockVerdict verifyBlock(const void *block, size_t bytes, const BlockIdentity &identity) {
  BlockVerifier verifier(bytes, identity);
  verifier.feed(block, bytes);
  return verifier.verdict();
}

}  // namespace tierbench
