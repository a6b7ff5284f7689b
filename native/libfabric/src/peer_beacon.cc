#include "peer_beacon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tierbench {
namespace {

sockaddr_in6 mapped(const sockaddr *address) {
  sockaddr_in6 out{};
  if (address->sa_family == AF_INET6) {
    out = *reinterpret_cast<const sockaddr_in6 *>(address);
  } else {
    out.sin6_family = AF_INET6;
    out.sin6_addr.s6_addr[10] = out.sin6_addr.s6_addr[11] = 0xff;
    memcpy(&out.sin6_addr.s6_addr[12], &reinterpret_cast<const sockaddr_in *>(address)->sin_addr, 4);
  }
  out.sin6_port = 0;
  return out;
}

}  // namespace

PeerBeacon::~PeerBeacon() {
  for (const int fd : watchers_) close(fd);
  if (listen_fd_ >= 0) close(listen_fd_);
}

int PeerBeacon::open(const sockaddr *local) {
  if (getrandom(&incarnation_, sizeof incarnation_, 0) != sizeof incarnation_) return -EIO;
  sockaddr_in6 at = mapped(local);
  listen_fd_ = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listen_fd_ < 0) return -errno;
  const int off = 0;
  setsockopt(listen_fd_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  socklen_t bytes = sizeof at;
  if (bind(listen_fd_, reinterpret_cast<sockaddr *>(&at), sizeof at) != 0) return -errno;
  if (listen(listen_fd_, 128) != 0) return -errno;
  if (getsockname(listen_fd_, reinterpret_cast<sockaddr *>(&at), &bytes) != 0) return -errno;
  memcpy(address_.ip, &at.sin6_addr, sizeof address_.ip);
  address_.port = ntohs(at.sin6_port);
  return 0;
}

int PeerBeacon::open(const char *host) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) return open(reinterpret_cast<const sockaddr *>(&v4));
  if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) return open(reinterpret_cast<const sockaddr *>(&v6));
  return -EADDRNOTAVAIL;
}

void PeerBeacon::progress() {
  for (int fd; (fd = accept4(listen_fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    // Eight bytes fit into a new socket's buffer.
    if (send(fd, &incarnation_, sizeof incarnation_, MSG_NOSIGNAL) == sizeof incarnation_)
      watchers_.push_back(fd);
    else
      close(fd);
  }
  std::erase_if(watchers_, [](int fd) {
    char byte;
    const ssize_t got = recv(fd, &byte, 1, 0);
    const bool left = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    if (left) close(fd);
    return left;
  });
}

void PeerBeacon::appendFds(std::vector<int> *fds) const {
  fds->push_back(listen_fd_);
  fds->insert(fds->end(), watchers_.begin(), watchers_.end());
}

void PeerWatch::reset() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  state_ = State::kIdle;
  error_ = 0;
}

PeerWatch::State PeerWatch::progress() {
  if (state_ == State::kIdle) return connect();
  if (state_ == State::kConnecting || state_ == State::kAlive) return look();
  return state_;
}

PeerWatch::State PeerWatch::connect() {
  fd_ = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return fail(errno);
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  memcpy(&to.sin6_addr, address_.ip, sizeof address_.ip);
  to.sin6_port = htons(address_.port);
  if (::connect(fd_, reinterpret_cast<sockaddr *>(&to), sizeof to) != 0 && errno != EINPROGRESS) return fail(errno);
  return state_ = State::kConnecting;
}

PeerWatch::State PeerWatch::look() {
  uint64_t greeting;
  const ssize_t got = recv(fd_, &greeting, sizeof greeting, 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR || errno == ENOTCONN ? state_ : fail(errno);
  if (got == 0) return fail(ECONNRESET);
  // A greeting is one segment, and nothing follows it.
  const bool greeted = state_ == State::kConnecting && got == sizeof greeting && greeting == incarnation_;
  return greeted ? state_ = State::kAlive : fail(ECONNREFUSED);
}

PeerWatch::State PeerWatch::fail(int error) {
  reset();
  error_ = error;
  const bool gone = error == ECONNREFUSED || error == ECONNRESET || error == EPIPE;
  return state_ = gone ? State::kDead : State::kUnreachable;
}

}  // namespace tierbench
