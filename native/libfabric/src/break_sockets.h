// Breaks this process's TCP connections to one address. libfabric 1.17's tcp provider under ofi_rxm crashes when an endpoint is
// closed over operations that wait for a peer; a connection that broke first returns them in order. It hands out no socket, so
// they are found among the process's file descriptors by the address they lead to. libfabric opens and closes them on the calling
// thread alone, so that a descriptor that matched is still that socket when it is shut down. RDMA devices have none there.
#pragma once
#include <cstdint>

namespace tierbench {

/// `address`: a sockaddr of IPv4 or IPv6; anything else breaks nothing.
void breakSockets(const uint8_t *address, uint32_t bytes);

}  // namespace tierbench
