// Memory that processes of one host share: a file under /dev/shm with a header page and the data behind it. Memory is
// taken and mapped when the region is made, so that neither a first touch nor a full /dev/shm is met later as SIGBUS.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "peer_process.h"

namespace tierbench {

/// Data starts here, so that regions are aligned for O_DIRECT.
constexpr uint64_t kRegionHeaderBytes = 4096;

struct RegionHeader;

class Region {
 public:
  Region() = default;
  Region(const Region &) = delete;
  Region &operator=(const Region &) = delete;
  /// Unmaps; the maker marks the region dead and unlinks it.
  ~Region();

  /// 0 or −errno: −EEXIST, −ENOSPC, −ENOMEM, … Leaves no file behind when it fails.
  int create(const char *path, uint64_t bytes, uint64_t generation);
  /// `generation` null: whatever is there. −ENOENT, −EAGAIN (being made), −ESTALE, −EOWNERDEAD, −EPROTO (no region).
  int attach(const char *path, const uint64_t *generation);

  /// Another generation of the same memory: for whoever attached the last one it is as dead as a closed region. −EPERM: not the maker.
  int renew(uint64_t generation);

  uint8_t *data() const { return reinterpret_cast<uint8_t *>(header_) + kRegionHeaderBytes; }
  uint64_t bytes() const { return bytes_; }
  uint64_t generation() const { return generation_; }
  bool holds(uint64_t offset, uint64_t bytes) const { return bytes <= bytes_ && offset <= bytes_ - bytes; }
  /// Whether the maker lives and the region is still the generation that was attached.
  bool live() const;
  void unlinkOwn();

  /// Ops that use the region now.
  std::atomic<uint32_t> users{0};

 private:
  int take(int fd, uint64_t bytes, uint64_t generation);
  int map(int fd, uint64_t bytes);
  int readHeader(const uint64_t *generation, uint64_t file_bytes);

  RegionHeader *header_ = nullptr;
  uint64_t bytes_ = 0;
  uint64_t generation_ = 0;
  bool made_here_ = false;
  std::string path_;
  PeerProcess maker_;
};

}  // namespace tierbench
