// Compiles what a contract runs on while its file is loaded: a hook has five seconds, a first compilation may take longer.

import { assert } from "../../harness/domain/assert.ts";
import { buildFabric } from "./build_fabric.ts";
import { buildNative } from "./build_native.ts";
import { engineOf } from "./fabric_library.ts";

export function compileForTest(provider: string): void {
  for (const built of [buildNative(), buildFabric(engineOf(provider))])
    assert(built.ok, built.ok ? "" : built.error.detail);
}
