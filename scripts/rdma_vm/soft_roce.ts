// The one RDMA device of the VM, as init.sh brings it up.

import type { RdmaPlaneOptions } from "../../native/ffi/rdma_open.ts";

export const SOFT_ROCE: RdmaPlaneOptions = {
  provider: "verbs;ofi_rxm",
  domain: "rxe0",
  source: "10.77.0.1",
};
