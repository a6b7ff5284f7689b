// Peers' memory through this host's own.

import { assert } from "../../harness/domain/assert.ts";
import { openDataPlane } from "./open_data_plane.ts";
import { peerMemoryContract } from "./peer_memory_contract.ts";

peerMemoryContract({
  name: "shared memory",
  fabric: { provider: "tcp", source: "127.0.0.1" },
  open(slot_count) {
    const plane = openDataPlane({ slot_count });
    assert(plane.ok, plane.ok ? "" : plane.error.detail);
    return {
      plane: plane.value,
      attach: (path, { generation }) => plane.value.attachRegion(path, generation),
    };
  },
});
