// The contracts of a network path and of a data plane on it over Soft-RoCE; runs inside the VM: bun test ./scripts/rdma_vm/verbs_contract.ts

import { assert } from "../../harness/domain/assert.ts";
import { networkPlaneContract } from "../../native/ffi/network_plane_contract.ts";
import { networkedDataPlaneContract } from "../../native/ffi/networked_data_plane_contract.ts";
import { openFabricPlane } from "../../native/ffi/open_fabric_plane.ts";
import { SOFT_ROCE } from "./soft_roce.ts";

networkPlaneContract({
  name: "verbs;ofi_rxm on Soft-RoCE",
  options: SOFT_ROCE,
  open(options) {
    const plane = openFabricPlane(options);
    assert(plane.ok, plane.ok ? "" : plane.error.detail);
    return plane.value;
  },
});
networkedDataPlaneContract(SOFT_ROCE);
