// The network contract over Soft-RoCE; runs inside the VM: bun test ./scripts/rdma_vm/verbs_contract.ts

import { assert } from "../../harness/domain/assert.ts";
import { networkPlaneContract } from "../../native/ffi/network_plane_contract.ts";
import { openRdmaPlane } from "../../native/ffi/rdma_plane.ts";
import { SOFT_ROCE } from "./soft_roce.ts";

networkPlaneContract({
  name: "verbs;ofi_rxm on Soft-RoCE",
  options: SOFT_ROCE,
  open(options) {
    const plane = openRdmaPlane(options);
    assert(plane.ok, plane.ok ? "" : plane.error.detail);
    return plane.value;
  },
});
