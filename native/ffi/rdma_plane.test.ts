// What runs over libfabric has a command of its own, on the host over tcp and in a VM over verbs.

import { test } from "bun:test";

test.skip("put and get over libfabric: run by bun run test:rdma, for libfabric 1.17 can crash the process it is closed in", () => {});
