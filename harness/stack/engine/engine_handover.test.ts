import { setDefaultTimeout } from "bun:test";
import { engineHandoverContract } from "./engine_handover_contract.ts";

/** The first engine of a fresh checkout compiles the native library. */
setDefaultTimeout(180_000);

engineHandoverContract("shm", null);
engineHandoverContract("tcp", {
  protocol: "tcp",
  device_names: [],
  gid_index: null,
  tcp_source: "127.0.0.1",
});
