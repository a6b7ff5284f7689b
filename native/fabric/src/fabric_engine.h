// What carries the ops of a fabric: a thread of its own that registers memory, serves other processes and moves bytes. There is
// one engine in a library: libfabric (native/libfabric) or sockets (native/tcp).
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "fabric_op.h"

namespace tierbench {

struct LinkCounters {
  std::atomic<uint64_t> connected{0};
  std::atomic<uint64_t> lost{0};
  std::atomic<uint64_t> retried_ops{0};
};

class FabricEngine {
 public:
  /// Once for every op taken, on the engine's thread, with a tb_code and an errno.
  using Finish = std::function<void(FabricOp *, int32_t code, uint32_t error)>;

  FabricEngine() = default;
  FabricEngine(const FabricEngine &) = delete;
  FabricEngine &operator=(const FabricEngine &) = delete;
  virtual ~FabricEngine() = default;

  /// 0 or −errno; then `step` names what failed.
  virtual int start(const tb_fabric_options &options, std::string *step) = 0;
  virtual void stop() = 0;
  /// From the caller's thread.
  virtual void take(FabricOp *const *ops, uint32_t count) = 0;
  /// Looks at cancelled ops soon.
  virtual void wake() = 0;
  /// Ends a registration that is left when the engine has stopped.
  virtual void release(LocalRegion *local) = 0;
  /// The path taken, as one JSON object.
  virtual std::string describe() const = 0;
  virtual const LinkCounters &counters() const = 0;
  virtual uint64_t registeredBytes() const = 0;
};

/// The engine of this library.
std::unique_ptr<FabricEngine> makeFabricEngine(uint32_t capacity, uint64_t max_registered_bytes, FabricEngine::Finish finish);

/// What a provider offers here, one JSON object a line; 0 or −errno.
int listDomains(const char *provider, std::string *out);

}  // namespace tierbench
