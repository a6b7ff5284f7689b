#include "break_sockets.h"

#include <dirent.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

namespace tierbench {
namespace {

bool sameAddress(const sockaddr_storage &one, const sockaddr_storage &other) {
  if (one.ss_family != other.ss_family) return false;
  if (one.ss_family == AF_INET) {
    const auto &a = reinterpret_cast<const sockaddr_in &>(one), &b = reinterpret_cast<const sockaddr_in &>(other);
    return a.sin_port == b.sin_port && a.sin_addr.s_addr == b.sin_addr.s_addr;
  }
  const auto &a = reinterpret_cast<const sockaddr_in6 &>(one), &b = reinterpret_cast<const sockaddr_in6 &>(other);
  return one.ss_family == AF_INET6 && a.sin6_port == b.sin6_port && memcmp(&a.sin6_addr, &b.sin6_addr, 16) == 0;
}

}  // namespace

void breakSockets(const uint8_t *address, uint32_t bytes) {
  sockaddr_storage wanted{};
  if (bytes < sizeof(sockaddr_in) || bytes > sizeof wanted) return;
  memcpy(&wanted, address, bytes);
  DIR *folder = opendir("/proc/self/fd");
  if (folder == nullptr) return;
  while (const dirent *entry = readdir(folder)) {
    const int fd = atoi(entry->d_name);
    sockaddr_storage peer{};
    socklen_t peer_bytes = sizeof peer;
    if (entry->d_name[0] == '.' || getpeername(fd, reinterpret_cast<sockaddr *>(&peer), &peer_bytes) != 0) continue;
    if (sameAddress(peer, wanted)) shutdown(fd, SHUT_RDWR);
  }
  closedir(folder);
}

}  // namespace tierbench
