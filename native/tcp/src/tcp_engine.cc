#include "tcp_engine.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "../../src/monotonic_clock.h"
#include "tcp_address.h"

namespace tierbench {
namespace {

constexpr uint32_t kIdleTurns = 20;
constexpr size_t kFirstService = 2;

bool randomNumber(uint64_t *out) { return getrandom(out, sizeof *out, 0) == sizeof *out; }

}  // namespace

std::unique_ptr<FabricEngine> makeFabricEngine(uint32_t capacity, uint64_t max_registered_bytes, FabricEngine::Finish finish) {
  return std::make_unique<TcpEngine>(capacity, max_registered_bytes, std::move(finish));
}

int listDomains(const char *, std::string *out) {
  *out = listInterfaces();
  return 0;
}

TcpEngine::TcpEngine(uint32_t capacity, uint64_t max_registered_bytes, Finish finish)
    : max_registered_bytes_(max_registered_bytes), finish_(std::move(finish)), inbox_(capacity) {}

TcpEngine::~TcpEngine() {
  stop();
  if (listen_fd_ >= 0) close(listen_fd_);
}

int TcpEngine::start(const tb_fabric_options &options, std::string *step) {
  *step = "source address";
  int error = randomNumber(&incarnation_) ? listenAt(options.source) : -EIO;
  if (error != 0) return error;
  *step = "eventfd";
  error = inbox_.open();
  if (error != 0) return error;
  description_ = describeInterface(options.source) +
                 ",\"longest_transfer_bytes\":9007199254740991,\"delivery_complete\":true,\"verifies\":true,\"library\":\"sockets\"}";
  thread_ = std::thread([this] { run(); });
  return 0;
}

std::string TcpEngine::describe() const { return description_; }

int TcpEngine::listenAt(const char *source) {
  sockaddr_in6 at{};
  if (!parseAddress(source, &at)) return -EADDRNOTAVAIL;
  listen_fd_ = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listen_fd_ < 0) return -errno;
  const int off = 0;
  setsockopt(listen_fd_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  socklen_t bytes = sizeof at;
  if (bind(listen_fd_, reinterpret_cast<sockaddr *>(&at), sizeof at) != 0) return -errno;
  if (listen(listen_fd_, 128) != 0) return -errno;
  if (getsockname(listen_fd_, reinterpret_cast<sockaddr *>(&at), &bytes) != 0) return -errno;
  memcpy(ip_, &at.sin6_addr, sizeof ip_);
  port_ = ntohs(at.sin6_port);
  return 0;
}

void TcpEngine::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  wake();
  thread_.join();
  services_.clear();
  links_.clear();
}

void TcpEngine::run() {
  uint32_t idle_turns = 0;
  while (!stopping_) {
    const bool spins = idle_turns < kIdleTurns;
    idle_turns = turn(spins ? 0 : waitMs(monotonicNs())) ? 0 : idle_turns + 1;
    if (spins && idle_turns > 0) sched_yield();
  }
}

bool TcpEngine::turn(int timeout_ms) {
  fillPollList();
  if (poll(poll_list_.data(), poll_list_.size(), timeout_ms) < 0) return false;
  bool moved = false;
  const bool woken = poll_list_[0].revents != 0 && inbox_.drain();
  size_t at = kFirstService;
  const uint64_t now_ns = monotonicNs();
  std::erase_if(services_, [&](const std::unique_ptr<TcpService> &service) {
    const short events = poll_list_[at++].revents;
    return events != 0 && !service->progress(events, &moved);
  });
  for (const auto &[incarnation, link] : links_) {
    const short events = link->fd() >= 0 ? poll_list_[at++].revents : short{0};
    if (events != 0) link->progress(events, now_ns, &moved);
  }
  if (poll_list_[1].revents != 0) accept();
  if (woken) moved |= inbox_.take([this](FabricOp *op) { begin(op); });
  for (const auto &[incarnation, link] : links_) {
    if (link->idle()) continue;
    if (woken || link->nextLookNs() <= now_ns) link->endDue(now_ns);
    link->progress(0, now_ns, &moved);
  }
  // A peer that went leaves nothing behind; to one that lives the next op connects anew.
  std::erase_if(links_, [](const auto &entry) { return entry.second->idle() && entry.second->fd() < 0; });
  return moved;
}

void TcpEngine::fillPollList() {
  poll_list_.clear();
  poll_list_.push_back({inbox_.fd(), POLLIN, 0});
  poll_list_.push_back({listen_fd_, POLLIN, 0});
  for (const auto &service : services_) poll_list_.push_back({service->fd(), service->events(), 0});
  for (const auto &[incarnation, link] : links_)
    if (link->fd() >= 0) poll_list_.push_back({link->fd(), link->events(), 0});
}

/// −1: until something comes.
int TcpEngine::waitMs(uint64_t now_ns) const {
  uint64_t next = ~uint64_t{0};
  for (const auto &[incarnation, link] : links_) next = std::min(next, link->nextLookNs());
  if (next == ~uint64_t{0}) return -1;
  const uint64_t left_ms = next > now_ns ? (next - now_ns) / 1'000'000 + 1 : 0;
  return static_cast<int>(std::min<uint64_t>(left_ms, 60'000));
}

void TcpEngine::accept() {
  for (int fd; (fd = accept4(listen_fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    tuneStream(fd);
    services_.push_back(std::make_unique<TcpService>(fd, registrations_, incarnation_));
  }
}

void TcpEngine::begin(FabricOp *op) {
  if (op->kind == TB_FABRIC_REGISTER) return registerRegion(op);
  if (op->kind == TB_FABRIC_DEREGISTER) return deregisterRegion(op);
  if (!op->local->registered) return finish_(op, TB_IO_ERROR, EINVAL);
  const FabricKey &key = op->remote->key;
  std::unique_ptr<TcpLink> &link = links_[key.incarnation];
  if (link == nullptr) link = std::make_unique<TcpLink>(key, finish_, counters_);
  link->add(op);
}

void TcpEngine::registerRegion(FabricOp *op) {
  LocalRegion *local = op->local;
  const uint64_t bytes = local->mappedBytes();
  if (max_registered_bytes_ != 0 && registered_bytes_ + bytes > max_registered_bytes_)
    return finish_(op, TB_EXHAUSTED, ENOSPC);
  FabricKey &key = local->key = FabricKey{};
  if (!randomNumber(&key.remote_key)) return finish_(op, TB_IO_ERROR, EIO);
  key.magic = kFabricKeyMagic;
  key.incarnation = incarnation_;
  memcpy(key.host_ip, ip_, sizeof key.host_ip);
  key.host_port = port_;
  key.bytes = local->region.bytes();
  memcpy(key.identity, local->header(), sizeof key.identity);
  registrations_[key.remote_key] = local;
  registered_bytes_ += bytes;
  local->registered = true;
  finish_(op, TB_OK, 0);
}

void TcpEngine::deregisterRegion(FabricOp *op) {
  LocalRegion *local = op->local;
  if (local->registered) {
    registrations_.erase(local->key.remote_key);
    std::erase_if(services_, [local](const std::unique_ptr<TcpService> &service) { return !service->forget(local); });
    registered_bytes_ -= local->mappedBytes();
    local->registered = false;
  }
  finish_(op, TB_OK, 0);
}

}  // namespace tierbench
