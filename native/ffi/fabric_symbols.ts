// The functions of include/tierbench_fabric.h as bun:ffi sees them.

export const FABRIC_SYMBOLS = {
  tb_fabric_abi_version: { args: [], returns: "u32" },
  tb_fabric_layout: { args: ["ptr", "u32"], returns: "u32" },
  tb_fabric_now_ns: { args: [], returns: "f64" },
  tb_fabric_list: { args: ["ptr", "ptr", "u32"], returns: "i32" },

  tb_fabric_open: { args: ["ptr", "ptr", "ptr", "u32", "ptr"], returns: "ptr" },
  tb_fabric_describe: { args: ["ptr", "ptr", "u32"], returns: "i32" },
  tb_fabric_halt: { args: ["ptr"], returns: "void" },
  tb_fabric_close: { args: ["ptr"], returns: "i32" },
  tb_fabric_submissions: { args: ["ptr"], returns: "ptr" },
  tb_fabric_completions: { args: ["ptr"], returns: "ptr" },
  tb_fabric_submit_list: { args: ["ptr"], returns: "ptr" },
  tb_fabric_submit: { args: ["ptr", "u32"], returns: "i32" },
  tb_fabric_reap: { args: ["ptr"], returns: "i32" },
  tb_fabric_cancel: { args: ["ptr", "u32"], returns: "void" },
  tb_fabric_wake_count: { args: ["ptr"], returns: "f64" },
  tb_fabric_counters: { args: ["ptr", "ptr"], returns: "void" },

  tb_fabric_region_open: { args: ["ptr", "ptr", "f64"], returns: "i32" },
  tb_fabric_region_bytes: { args: ["ptr", "u32"], returns: "f64" },
  tb_fabric_region_key: { args: ["ptr", "u32", "ptr"], returns: "i32" },
  tb_fabric_region_close: { args: ["ptr", "u32"], returns: "i32" },

  tb_fabric_remote_open: { args: ["ptr", "ptr"], returns: "i32" },
  tb_fabric_remote_bytes: { args: ["ptr", "u32"], returns: "f64" },
  tb_fabric_remote_close: { args: ["ptr", "u32"], returns: "i32" },
} as const;
