// Why a network path cannot be had. `detail` is written for the user: what failed and what to do about it.

import type { NativeOpenError } from "./native_open_error.ts";

export interface FabricOpenError {
  readonly code: NativeOpenError["code"] | "no_libfabric" | "no_device" | "open_failed";
  readonly detail: string;
}
