// Error codes of the store, with Mooncake's numbers (spec: mooncake_store.md §6.6). 0 is success.

export const STORE_CODE = {
  OK: 0,
  INTERNAL_ERROR: -1,
  BUFFER_OVERFLOW: -10,
  SEGMENT_NOT_FOUND: -101,
  SEGMENT_ALREADY_EXISTS: -102,
  CLIENT_NOT_FOUND: -103,
  NO_AVAILABLE_HANDLE: -200,
  INVALID_KEY: -400,
  WRITE_FAIL: -500,
  INVALID_PARAMS: -600,
  ILLEGAL_CLIENT: -601,
  INVALID_WRITE: -700,
  INVALID_READ: -701,
  INVALID_REPLICA: -702,
  REPLICA_IS_NOT_READY: -703,
  OBJECT_NOT_FOUND: -704,
  OBJECT_ALREADY_EXISTS: -705,
  OBJECT_HAS_LEASE: -706,
  LEASE_EXPIRED: -707,
  OBJECT_HAS_REPLICATION_TASK: -708,
  TRANSFER_FAIL: -800,
  CHECKSUM_MISMATCH: -801,
  RPC_FAIL: -900,
  RPC_TIMEOUT: -901,
  FILE_NOT_FOUND: -1100,
  FILE_OPEN_FAIL: -1101,
  FILE_READ_FAIL: -1102,
  FILE_WRITE_FAIL: -1103,
  BUCKET_NOT_FOUND: -1200,
  KEYS_ULTRA_LIMIT: -1203,
  UNABLE_OFFLOADING: -1301,
} as const;

export type StoreErrorName = keyof typeof STORE_CODE;
export type StoreCode = (typeof STORE_CODE)[StoreErrorName];

const NAME_OF_CODE = new Map<number, StoreErrorName>(
  (Object.entries(STORE_CODE) as [StoreErrorName, StoreCode][]).map(([name, code]) => [code, name]),
);

/** `OBJECT_NOT_FOUND (-704)`, for logs and reports. */
export function describeStoreCode(code: number): string {
  return `${NAME_OF_CODE.get(code) ?? "UNKNOWN"} (${code})`;
}
