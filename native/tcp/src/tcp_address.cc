#include "tcp_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <fstream>

namespace tierbench {
namespace {

/// A plain stream moves 5 GB/s: this is what it sends while a thread wakes.
constexpr int kMostUnsentBytes = 128 * 1024;

sockaddr_in6 mapped(const sockaddr *address) {
  sockaddr_in6 out{};
  if (address->sa_family == AF_INET6) memcpy(&out, address, sizeof out);
  out.sin6_family = AF_INET6;
  out.sin6_port = 0;
  if (address->sa_family == AF_INET) {
    out.sin6_addr.s6_addr[10] = out.sin6_addr.s6_addr[11] = 0xff;
    memcpy(&out.sin6_addr.s6_addr[12], &reinterpret_cast<const sockaddr_in *>(address)->sin_addr, 4);
  }
  return out;
}

/// bytes/s as JSON; null where the kernel does not know (lo, most virtual ones).
std::string speedOf(const std::string &name) {
  std::ifstream file("/sys/class/net/" + name + "/speed");
  long long megabits = -1;
  file >> megabits;
  return megabits > 0 ? std::to_string(megabits * 125'000) : "null";
}

std::string describe(const std::string &name, const std::string &address, const char *link_up) {
  return "{\"provider\":\"tcp\",\"domain\":\"" + name + "\",\"fabric\":\"sockets\",\"source\":\"" + address +
         "\",\"link_up\":" + link_up + ",\"bytes_per_s\":" + speedOf(name);
}

template <typename Visit>
void forEachInterface(Visit visit) {
  ifaddrs *all = nullptr;
  if (getifaddrs(&all) != 0) return;
  for (const ifaddrs *at = all; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || (at->ifa_addr->sa_family != AF_INET && at->ifa_addr->sa_family != AF_INET6)) continue;
    char text[INET6_ADDRSTRLEN] = "";
    const void *address = at->ifa_addr->sa_family == AF_INET
                              ? static_cast<const void *>(&reinterpret_cast<sockaddr_in *>(at->ifa_addr)->sin_addr)
                              : &reinterpret_cast<sockaddr_in6 *>(at->ifa_addr)->sin6_addr;
    inet_ntop(at->ifa_addr->sa_family, address, text, sizeof text);
    visit(*at, describe(at->ifa_name, text, (at->ifa_flags & IFF_RUNNING) != 0 ? "true" : "false"));
  }
  freeifaddrs(all);
}

}  // namespace

bool parseAddress(const char *host, sockaddr_in6 *out) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  const bool is_v4 = inet_pton(AF_INET, host, &v4.sin_addr) == 1;
  if (!is_v4 && inet_pton(AF_INET6, host, &v6.sin6_addr) != 1) return false;
  *out = mapped(is_v4 ? reinterpret_cast<const sockaddr *>(&v4) : reinterpret_cast<const sockaddr *>(&v6));
  return true;
}

std::string describeInterface(const char *host) {
  sockaddr_in6 wanted{};
  parseAddress(host, &wanted);
  std::string found = describe("any", host, "null");
  forEachInterface([&](const ifaddrs &at, const std::string &json) {
    const sockaddr_in6 address = mapped(at.ifa_addr);
    if (memcmp(&address.sin6_addr, &wanted.sin6_addr, sizeof wanted.sin6_addr) == 0) found = json;
  });
  return found;
}

std::string listInterfaces() {
  std::string lines;
  forEachInterface([&](const ifaddrs &, const std::string &json) { lines += json + "}\n"; });
  return lines;
}

void tuneStream(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostUnsentBytes, sizeof kMostUnsentBytes);
}

}  // namespace tierbench
