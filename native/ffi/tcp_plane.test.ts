// The network contract over plain sockets between processes.

import { assert } from "../../harness/domain/assert.ts";
import { networkPlaneContract } from "./network_plane_contract.ts";
import { openFabricPlane } from "./open_fabric_plane.ts";

networkPlaneContract({
  name: "tcp",
  options: { provider: "tcp", source: "127.0.0.1" },
  open(options) {
    const plane = openFabricPlane(options);
    assert(plane.ok, plane.ok ? "" : plane.error.detail);
    return plane.value;
  },
});
