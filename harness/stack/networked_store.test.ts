import { networkedStoreContract } from "./networked_store_contract.ts";

networkedStoreContract("tcp", {
  protocol: "tcp",
  device_names: [],
  gid_index: null,
  tcp_source: "127.0.0.1",
});
