// The network contract on libfabric's tcp provider: the code that runs on RDMA devices, where there is none.
// Run by `bun run test:rdma`: bun test ./scripts/rdma_vm/tcp_contract.ts

import { test } from "bun:test";
import { assert } from "../../harness/domain/assert.ts";
import { buildFabric } from "../../native/ffi/build_fabric.ts";
import { networkPlaneContract } from "../../native/ffi/network_plane_contract.ts";
import { openFabricPlane } from "../../native/ffi/open_fabric_plane.ts";

const built = buildFabric("libfabric");
if (built.ok) {
  networkPlaneContract({
    name: "tcp;ofi_rxm",
    options: { provider: "tcp;ofi_rxm", source: "127.0.0.1" },
    open(options) {
      const plane = openFabricPlane(options);
      assert(plane.ok, plane.ok ? "" : plane.error.detail);
      return plane.value;
    },
  });
} else {
  assert(built.error.code === "no_libfabric", built.error.detail);
  test.skip(`the network path (${built.error.detail})`, () => {});
}
