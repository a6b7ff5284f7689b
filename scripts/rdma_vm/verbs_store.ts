// The store over Soft-RoCE, owners in processes of their own, and hand-overs between engines; runs inside the VM:
// bun test ./scripts/rdma_vm/verbs_store.ts

import { engineHandoverContract } from "../../harness/stack/engine/engine_handover_contract.ts";
import { networkedStoreContract } from "../../harness/stack/networked_store_contract.ts";

const WISH = { protocol: "rdma", device_names: ["rxe0"], gid_index: null, tcp_source: "127.0.0.1" } as const;

networkedStoreContract("verbs;ofi_rxm", WISH);
engineHandoverContract("rdma", WISH);
