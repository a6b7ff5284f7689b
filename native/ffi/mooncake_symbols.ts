// The functions of Mooncake's store library that a requester needs, as bun:ffi sees them (spec: mooncake_store.md §6.9). A size_t is
// passed as u64.

export const MOONCAKE_SYMBOLS = {
  mooncake_store_create: { args: [], returns: "ptr" },
  mooncake_store_destroy: { args: ["ptr"], returns: "void" },
  mooncake_store_setup: {
    args: ["ptr", "ptr", "ptr", "u64", "u64", "ptr", "ptr", "ptr"],
    returns: "i32",
  },
  mooncake_store_batch_put_from: {
    args: ["ptr", "ptr", "ptr", "ptr", "u64", "ptr", "ptr"],
    returns: "i32",
  },
  mooncake_store_batch_get_into: {
    args: ["ptr", "ptr", "ptr", "ptr", "u64", "ptr"],
    returns: "i32",
  },
  mooncake_store_batch_is_exist: { args: ["ptr", "ptr", "u64", "ptr"], returns: "i32" },
  mooncake_store_remove: { args: ["ptr", "ptr", "i32"], returns: "i32" },
  mooncake_store_remove_all: { args: ["ptr", "i32"], returns: "i64" },
  mooncake_store_register_buffer: { args: ["ptr", "ptr", "u64"], returns: "i32" },
} as const;
