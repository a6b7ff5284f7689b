#include "loopback_baseline.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "monotonic_clock.h"

namespace tierbench {

LoopbackBaseline::~LoopbackBaseline() {
  if (send_fd_ >= 0) close(send_fd_);
  if (receive_fd_ >= 0) close(receive_fd_);
}

int LoopbackBaseline::connect() {
  const int listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  sockaddr *address = reinterpret_cast<sockaddr *>(&at);
  int error = 0;
  if (listen_fd < 0 || bind(listen_fd, address, size) != 0 || listen(listen_fd, 1) != 0) error = -errno;
  if (error == 0 && getsockname(listen_fd, address, &size) != 0) error = -errno;
  if (error == 0 && (send_fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0) error = -errno;
  if (error == 0 && ::connect(send_fd_, address, size) != 0) error = -errno;
  if (error == 0 && (receive_fd_ = accept4(listen_fd, nullptr, nullptr, SOCK_CLOEXEC)) < 0) error = -errno;
  if (listen_fd >= 0) close(listen_fd);
  const int on = 1;
  if (error == 0) setsockopt(send_fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return error;
}

uint64_t LoopbackBaseline::streamNs(uint64_t bytes, uint32_t count) {
  std::atomic<bool> started{false};
  std::thread sender([&] {
    while (!started.load(std::memory_order_acquire)) sched_yield();
    for (uint64_t piece = 0; piece < count; piece++) {
      for (uint64_t sent = 0; sent < bytes;) {
        const ssize_t took = send(send_fd_, from_.data() + piece * bytes + sent, bytes - sent, MSG_NOSIGNAL);
        if (took < 0) return;
        sent += static_cast<uint64_t>(took);
      }
    }
  });
  const uint64_t start_ns = monotonicNs();
  started.store(true, std::memory_order_release);
  bool whole = true;
  for (uint64_t piece = 0; piece < count && whole; piece++) {
    for (uint64_t got = 0; got < bytes && whole;) {
      const ssize_t came = recv(receive_fd_, to_.data() + piece * bytes + got, bytes - got, 0);
      whole = came > 0;
      got += static_cast<uint64_t>(whole ? came : 0);
    }
  }
  const uint64_t end_ns = monotonicNs();
  sender.join();
  return whole ? end_ns - start_ns : 0;
}

}  // namespace tierbench
