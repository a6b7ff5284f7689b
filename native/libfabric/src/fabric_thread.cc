#include "fabric_thread.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "../../src/monotonic_clock.h"

namespace tierbench {
namespace {

/// Turns without work before the thread waits: on few cores a longer spin takes the time that the peer needs.
constexpr uint32_t kIdleTurns = 20;
/// The longest wait: with ops to look after (their deadlines), and without.
constexpr int kBusyWaitMs = 1;
constexpr uint64_t kGreetingNs = 1'000'000;
constexpr int kIdleWaitMs = 100;

bool exhausted(int error) {
  return error == -ENOMEM || error == -EAGAIN || error == -ENOSPC || error == -EPERM || error == -EDQUOT;
}

}  // namespace

FabricThread::FabricThread(uint32_t capacity, uint64_t max_registered_bytes, Finish finish)
    : max_registered_bytes_(max_registered_bytes), finish_(std::move(finish)), inbox_(capacity) {}

std::unique_ptr<FabricEngine> makeFabricEngine(uint32_t capacity, uint64_t max_registered_bytes, FabricEngine::Finish finish) {
  return std::make_unique<FabricThread>(capacity, max_registered_bytes, std::move(finish));
}

FabricThread::~FabricThread() {
  stop();
  links_.clear();
}

int FabricThread::start(const tb_fabric_options &options, std::string *step) {
  int error = inbox_.open();
  if (error == 0) error = domain_.open(options, step);
  if (error == 0) error = openTarget(options.beacon_host, step);
  if (error != 0) return error;
  thread_ = std::thread([this] { run(); });
  return 0;
}

int FabricThread::openTarget(const char *beacon_host, std::string *step) {
  *step = "fi_endpoint";
  int error = target_.open(domain_);
  if (error == 0) error = target_.name(&target_name_);
  if (error == 0 && target_name_.size() > sizeof(FabricKey::endpoint)) error = -ENAMETOOLONG;
  if (error != 0) return error;
  *step = "beacon";
  if (beacon_host[0] != '\0') return beacon_.open(beacon_host);
  const uint32_t format = domain_.info()->addr_format;
  const bool has_ip = format == FI_SOCKADDR || format == FI_SOCKADDR_IN || format == FI_SOCKADDR_IN6;
  return has_ip ? beacon_.open(reinterpret_cast<const sockaddr *>(target_name_.data())) : -EADDRNOTAVAIL;
}

void FabricThread::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  wake();
  thread_.join();
}

void FabricThread::run() {
  uint32_t idle_turns = 0;
  while (!stopping_) {
    idle_turns = turn() ? 0 : idle_turns + 1;
    if (idle_turns > kIdleTurns) wait();
  }
}

bool FabricThread::turn() {
  bool moved = inbox_.take([this](FabricOp *op) { begin(op); });
  moved |= serve();
  const uint64_t now_ns = monotonicNs();
  for (const auto &[incarnation, link] : links_) moved |= link->progress(now_ns);
  std::erase_if(links_, [](const auto &entry) { return entry.second->isOver(); });
  // Peers that begin to watch are greeted although this thread never rests: who is not greeted takes no op for sent.
  if (now_ns >= next_greeting_ns_) {
    next_greeting_ns_ = now_ns + kGreetingNs;
    beacon_.progress();
  }
  return moved;
}

void FabricThread::begin(FabricOp *op) {
  if (op->kind == TB_FABRIC_REGISTER) return registerRegion(op);
  if (op->kind == TB_FABRIC_DEREGISTER) return deregisterRegion(op);
  if (!op->local->registered) return finish_(op, TB_IO_ERROR, EINVAL);
  FabricLink *link = linkTo(op->remote->key);
  if (link == nullptr) return finish_(op, TB_EXHAUSTED, ENOMEM);
  link->add(op);
}

/// Target side: the provider does what peers ask while its queue is read.
bool FabricThread::serve() {
  fi_cq_entry entries[8];
  const ssize_t count = fi_cq_read(target_.completions(), entries, std::size(entries));
  if (count == -FI_EAVAIL) {
    fi_cq_err_entry ignored{};
    fi_cq_readerr(target_.completions(), &ignored, 0);
  }
  // Another error is not work done: who turns on it would never wait again.
  return count > 0 || count == -FI_EAVAIL;
}

void FabricThread::registerRegion(FabricOp *op) {
  LocalRegion *local = op->local;
  const uint64_t bytes = local->mappedBytes();
  if (max_registered_bytes_ != 0 && registered_bytes_ + bytes > max_registered_bytes_)
    return finish_(op, TB_EXHAUSTED, ENOSPC);
  const int error = domain_.registerMemory(local->header(), bytes, &local->mr);
  if (error != 0)
    return finish_(op, exhausted(error) ? TB_EXHAUSTED : TB_IO_ERROR, static_cast<uint32_t>(-error));
  registered_bytes_ += bytes;
  FabricKey &key = local->key = FabricKey{};
  key.magic = kFabricKeyMagic;
  key.endpoint_bytes = static_cast<uint32_t>(target_name_.size());
  memcpy(key.endpoint, target_name_.data(), target_name_.size());
  key.incarnation = beacon_.incarnation();
  memcpy(key.host_ip, beacon_.address().ip, sizeof key.host_ip);
  key.host_port = beacon_.address().port;
  key.remote_key = fi_mr_key(local->mr);
  key.base = domain_.remoteBase(local->header());
  key.bytes = local->region.bytes();
  memcpy(key.identity, local->header(), sizeof key.identity);
  local->registered = true;
  finish_(op, TB_OK, 0);
}

void FabricThread::deregisterRegion(FabricOp *op) {
  LocalRegion *local = op->local;
  if (!local->registered) return finish_(op, TB_OK, 0);
  const int error = fi_close(&local->mr->fid);
  if (error != 0) return finish_(op, TB_IO_ERROR, static_cast<uint32_t>(-error));
  local->mr = nullptr;
  local->registered = false;
  registered_bytes_ -= local->mappedBytes();
  finish_(op, TB_OK, 0);
}

void FabricThread::release(LocalRegion *local) {
  if (local->mr != nullptr) fi_close(&local->mr->fid);
  local->mr = nullptr;
}

FabricLink *FabricThread::linkTo(const FabricKey &key) {
  std::unique_ptr<FabricLink> &link = links_[key.incarnation];
  if (link != nullptr) return link.get();
  auto made = std::make_unique<FabricLink>(domain_, key, finish_, counters_);
  if (made->open() != 0) {
    links_.erase(key.incarnation);
    return nullptr;
  }
  link = std::move(made);
  return link.get();
}

void FabricThread::wait() {
  bool busy_links = false;
  if (!mayWait(&busy_links)) return;
  std::vector<pollfd> fds;
  for (const int fd : waitFds()) fds.push_back({fd, POLLIN, 0});
  if (poll(fds.data(), fds.size(), busy_links ? kBusyWaitMs : kIdleWaitMs) <= 0) return;
  if ((fds[0].revents & POLLIN) != 0 && !inbox_.drain()) return;
  // Whoever begins to watch, or has left, made the wait end.
  next_greeting_ns_ = 0;
}

/// Asks the provider whether its file descriptors will show all that comes.
bool FabricThread::mayWait(bool *busy_links) {
  std::vector<fid *> queues{&target_.completions()->fid};
  for (const auto &[incarnation, link] : links_) {
    *busy_links |= !link->idle();
    if (link->endpoint().isOpen()) queues.push_back(&link->endpoint().completions()->fid);
  }
  return fi_trywait(domain_.fabric(), queues.data(), static_cast<int>(queues.size())) == 0;
}

/// The event of this thread first.
std::vector<int> FabricThread::waitFds() const {
  std::vector<int> fds{inbox_.fd(), target_.waitFd()};
  beacon_.appendFds(&fds);
  for (const auto &[incarnation, link] : links_) {
    if (link->endpoint().isOpen()) fds.push_back(link->endpoint().waitFd());
    if (link->watchFd() >= 0) fds.push_back(link->watchFd());
  }
  return fds;
}

}  // namespace tierbench
