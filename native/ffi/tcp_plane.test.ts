// The network contract over plain sockets between processes.

import { assert } from "../../harness/domain/assert.ts";
import { networkPlaneContract } from "./network_plane_contract.ts";
import { openRdmaPlane } from "./rdma_plane.ts";

networkPlaneContract({
  name: "tcp",
  options: { provider: "tcp", source: "127.0.0.1" },
  open(options) {
    const plane = openRdmaPlane(options);
    assert(plane.ok, plane.ok ? "" : plane.error.detail);
    return plane.value;
  },
});
