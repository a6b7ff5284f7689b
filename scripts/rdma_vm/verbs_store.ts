// The store over Soft-RoCE, owners in processes of their own; runs inside the VM: bun test ./scripts/rdma_vm/verbs_store.ts

import { networkedStoreContract } from "../../harness/stack/networked_store_contract.ts";

networkedStoreContract("verbs;ofi_rxm", {
  protocol: "rdma",
  device_names: ["rxe0"],
  gid_index: null,
  tcp_source: "127.0.0.1",
});
