// The functions of include/tierbench.h as bun:ffi sees them.

export const NATIVE_SYMBOLS = {
  tb_abi_version: { args: [], returns: "u32" },
  tb_layout: { args: ["ptr", "u32"], returns: "u32" },
  tb_now_ns: { args: [], returns: "f64" },

  tb_plane_open: { args: ["u32", "u32", "u32", "u32", "u32", "ptr", "ptr"], returns: "ptr" },
  tb_plane_halt: { args: ["ptr"], returns: "void" },
  tb_plane_close: { args: ["ptr"], returns: "i32" },
  tb_plane_submissions: { args: ["ptr"], returns: "ptr" },
  tb_plane_completions: { args: ["ptr"], returns: "ptr" },
  tb_plane_submit_list: { args: ["ptr"], returns: "ptr" },
  tb_submit: { args: ["ptr", "u32"], returns: "i32" },
  tb_reap: { args: ["ptr"], returns: "i32" },
  tb_cancel_waits: { args: ["ptr"], returns: "void" },
  tb_wake_count: { args: ["ptr"], returns: "f64" },

  tb_region_create: { args: ["ptr", "ptr", "f64", "f64"], returns: "i32" },
  tb_region_attach: { args: ["ptr", "ptr", "f64"], returns: "i32" },
  tb_region_bytes: { args: ["ptr", "u32"], returns: "f64" },
  tb_region_generation: { args: ["ptr", "u32"], returns: "f64" },
  tb_region_renew: { args: ["ptr", "u32", "f64"], returns: "i32" },
  tb_region_close: { args: ["ptr", "u32"], returns: "i32" },

  tb_file_open: { args: ["ptr", "ptr", "u32", "f64"], returns: "i32" },
  tb_file_path_taken: { args: ["ptr", "u32"], returns: "i32" },
  tb_file_close: { args: ["ptr", "u32"], returns: "i32" },

  tb_numbers_create: { args: ["ptr", "u32", "ptr"], returns: "ptr" },
  tb_numbers_attach: { args: ["ptr", "ptr"], returns: "ptr" },
  tb_numbers_length: { args: ["ptr"], returns: "u32" },
  tb_numbers_values: { args: ["ptr"], returns: "ptr" },
  tb_numbers_lock: { args: ["ptr"], returns: "i32" },
  tb_numbers_unlock: { args: ["ptr"], returns: "i32" },
  tb_numbers_close: { args: ["ptr"], returns: "void" },

  tb_memcpy_open: { args: ["f64"], returns: "ptr" },
  tb_memcpy_run: { args: ["ptr", "f64", "u32", "u32"], returns: "f64" },
  tb_memcpy_close: { args: ["ptr"], returns: "void" },

  tb_loopback_open: { args: ["f64", "ptr"], returns: "ptr" },
  tb_loopback_run: { args: ["ptr", "f64", "u32"], returns: "f64" },
  tb_loopback_close: { args: ["ptr"], returns: "void" },
} as const;
