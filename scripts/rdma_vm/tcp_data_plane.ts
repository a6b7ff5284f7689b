// A data plane with remote regions over libfabric's tcp provider.
// Run by `bun run test:rdma`: bun test ./scripts/rdma_vm/tcp_data_plane.ts

import { networkedDataPlaneContract } from "../../native/ffi/networked_data_plane_contract.ts";

networkedDataPlaneContract({ provider: "tcp;ofi_rxm", source: "127.0.0.1" });
