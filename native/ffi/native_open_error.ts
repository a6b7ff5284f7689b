// Why the native library cannot be had. `detail` is written for the user: what failed and what to do about it.

export interface NativeOpenError {
  readonly code:
    | "no_compiler"
    | "compile_failed"
    | "cache_unwritable"
    | "load_failed"
    | "wrong_abi"
    | "no_threads";
  readonly detail: string;
}
