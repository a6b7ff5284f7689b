// The one RDMA device of the VM, as init.sh brings it up.

import type { FabricOptions } from "../../native/ffi/open_fabric.ts";

export const SOFT_ROCE: FabricOptions = {
  provider: "verbs;ofi_rxm",
  domain: "rxe0",
  source: "10.77.0.1",
};
