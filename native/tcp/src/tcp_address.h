// Where a process answers: an IPv6 address, into which IPv4 ones are mapped, and a port.
#pragma once
#include <netinet/in.h>

#include <cstdint>
#include <string>

namespace tierbench {

/// Of "10.0.0.1" or "fe80::1"; false when it is neither.
bool parseAddress(const char *host, sockaddr_in6 *out);

/// The interface that has this address, as JSON without its closing brace: provider, domain, fabric, source, link_up, bytes_per_s.
std::string describeInterface(const char *host);
/// All that have an address, one JSON object a line.
std::string listInterfaces();

/// Small messages must not wait for larger ones, and bytes are handed to the kernel while a cache still holds what it took before: with
/// its default, which queues megabytes of unsent ones, a stream over loopback was a quarter slower. What is on its way is not bounded.
void tuneStream(int fd);

}  // namespace tierbench
