// Takes the room of a file now, so that a full file system is an error here and not SIGBUS or ENOSPC later.
#pragma once
#include <cstdint>

namespace tierbench {

/// 0 or −errno; takes nothing when the file system says that it has too little.
int allocateFile(int fd, uint64_t bytes);

}  // namespace tierbench
