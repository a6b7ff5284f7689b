// The C ABI of a fabric library: one-sided put and get between registered memory of this process and of processes on other
// hosts. Two libraries have it, built and opened only when asked for: libtierbench_fabric.so by libfabric, libtierbench_tcp.so by
// plain sockets. Conventions, completions and their codes are those of tierbench.h; of its ring only the submission is another.
//
// A fabric runs one thread, which makes every call of libfabric or of its sockets.
#ifndef TIERBENCH_FABRIC_H
#define TIERBENCH_FABRIC_H

#include "tierbench.h"

#define TB_FABRIC_ABI_VERSION 3u
/// What names registered memory to other processes: fixed size, opaque, valid until the memory is deregistered.
#define TB_FABRIC_KEY_BYTES 256u

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tb_fabric tb_fabric;

enum tb_fabric_kind {
  TB_FABRIC_PUT = 1,
  TB_FABRIC_GET = 2,
  TB_FABRIC_REGISTER = 3,
  TB_FABRIC_DEREGISTER = 4,
};

typedef struct tb_fabric_submission {
  uint32_t kind;
  /// Id of an opened region: source of a put, destination of a get, what is registered or deregistered.
  uint32_t region_id;
  uint32_t remote_id;
  /// TB_SUBMISSION_VERIFY, of a get: its bytes are checked against the identity as they come. Only engines whose description says so do it.
  uint32_t flags;
  double region_offset;
  double remote_offset;
  double bytes;
  /// CLOCK_MONOTONIC.
  double deadline_ns;
  uint32_t model_id;
  uint32_t weights_version;
  uint32_t hash_low;
  uint32_t hash_high;
} tb_fabric_submission;

typedef struct tb_fabric_options {
  /// libfabric's: "verbs;ofi_rxm", "tcp;ofi_rxm", "efa"; of plain sockets "tcp".
  const char *provider;
  /// Device (rxe0, mlx5_0) or network interface; empty: the provider's first.
  const char *domain;
  /// Local address, which selects the port and GID; empty: the provider's choice.
  const char *source;
  /// IP address of this host by which peers see that this process lives; empty: that of the endpoint, where it has one.
  const char *beacon_host;
  /// −1: libfabric's choice.
  int32_t gid_index;
  uint32_t slot_count;
  /// Bound on registered bytes; 0: none of our own.
  double max_registered_bytes;
} tb_fabric_options;

TB_API uint32_t tb_fabric_abi_version(void);
/// Sizes and field offsets of tb_fabric_submission, tb_fabric_options and tb_completion in declaration order.
TB_API uint32_t tb_fabric_layout(uint32_t *out, uint32_t capacity);
TB_API double tb_fabric_now_ns(void);

/// What a provider offers here, one JSON object a line: {provider, domain, fabric, source, link_up, bytes_per_s}. Returns the text's length
/// (cut to capacity) or −errno, −ENODATA when there is nothing.
TB_API int32_t tb_fabric_list(const char *provider, char *out, uint32_t capacity);

/// NULL and *error = −errno; `message` then names the step that failed.
TB_API tb_fabric *tb_fabric_open(const tb_fabric_options *options, void (*wake)(void), char *message, uint32_t message_bytes,
                                 int32_t *error);
/// The path taken, as one JSON object.
TB_API int32_t tb_fabric_describe(tb_fabric *fabric, char *out, uint32_t capacity);
/// Stops the thread wherever it is; for a process that is about to exit.
TB_API void tb_fabric_halt(tb_fabric *fabric);
/// Halts and frees. −EBUSY while an op is outstanding.
TB_API int32_t tb_fabric_close(tb_fabric *fabric);
TB_API tb_fabric_submission *tb_fabric_submissions(tb_fabric *fabric);
TB_API tb_completion *tb_fabric_completions(tb_fabric *fabric);
TB_API uint32_t *tb_fabric_submit_list(tb_fabric *fabric);
TB_API int32_t tb_fabric_submit(tb_fabric *fabric, uint32_t count);
TB_API int32_t tb_fabric_reap(tb_fabric *fabric);
/// The op in this slot ends as cancelled unless its bytes are already under way, then as those end.
TB_API void tb_fabric_cancel(tb_fabric *fabric, uint32_t slot);
TB_API double tb_fabric_wake_count(tb_fabric *fabric);
/// Since open: [connections made, connections lost, ops tried again, registered bytes now].
TB_API void tb_fabric_counters(tb_fabric *fabric, double out[4]);

/// Maps a region of tierbench.h by path, without registering it. Id or −errno as tb_region_attach.
TB_API int32_t tb_fabric_region_open(tb_fabric *fabric, const char *path, double generation);
TB_API double tb_fabric_region_bytes(tb_fabric *fabric, uint32_t region_id);
/// Writes the TB_FABRIC_KEY_BYTES of a registered region; −ENOENT when it is not registered.
TB_API int32_t tb_fabric_region_key(tb_fabric *fabric, uint32_t region_id, uint8_t *out);
/// −EBUSY while it is registered or in use.
TB_API int32_t tb_fabric_region_close(tb_fabric *fabric, uint32_t region_id);

/// Id of another process's memory or −EPROTO when `key` is no key of this version.
TB_API int32_t tb_fabric_remote_open(tb_fabric *fabric, const uint8_t *key);
TB_API double tb_fabric_remote_bytes(tb_fabric *fabric, uint32_t remote_id);
/// −EBUSY while in use.
TB_API int32_t tb_fabric_remote_close(tb_fabric *fabric, uint32_t remote_id);

#ifdef __cplusplus
}
#endif

#endif
