// The one C ABI of tierbench's native library. Opaque handles, 0 or −errno, and only i32, u32, f64, pointers and buffers:
// 64-bit quantities are f64 holding exact integers below 2^53, and block hashes are lo/hi pairs of u32.
//
// A data plane moves bytes between shared-memory regions and disk files on its own threads. The caller writes submissions
// into slots of native memory, lists the slots, calls tb_submit once per batch and later collects completions by tb_reap.
// One plane is called from one thread; its `wake` is called from any thread, at most once until tb_reap has returned 0.
#ifndef TIERBENCH_H
#define TIERBENCH_H

#include <stdint.h>

#define TB_ABI_VERSION 1u
#define TB_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tb_plane tb_plane;
typedef struct tb_numbers tb_numbers;
typedef struct tb_memcpy tb_memcpy;
typedef struct tb_loopback tb_loopback;

enum tb_kind {
  TB_KIND_COPY = 1,
  TB_KIND_FILL = 2,
  TB_KIND_VERIFY = 3,
  TB_KIND_FILE_WRITE = 4,
  TB_KIND_FILE_READ = 5,
  TB_KIND_CRC32C = 6,
  TB_KIND_WAIT_UNTIL = 7,
};

/// How an op ended; of either kind of plane.
enum tb_code {
  TB_OK = 0,
  /// The bytes are not those of the block; are its under another weights version.
  TB_CORRUPT = 1,
  TB_STALE = 2,
  /// The process whose memory it is has gone.
  TB_PEER_DEAD = 3,
  TB_OUT_OF_RANGE = 4,
  TB_IO_ERROR = 5,
  TB_CANCELLED = 6,
  /// Fabrics only: not done by the submission's deadline.
  TB_TIMEOUT = 7,
  /// The process lives, but the memory behind the key is deregistered, closed or of another generation.
  TB_DEAD_KEY = 8,
  /// Registration: the device, the kernel (RLIMIT_MEMLOCK) or the caller's own bound allows no more.
  TB_EXHAUSTED = 9,
};

/// Flag of a copy and of a fabric's get: the bytes are checked against the identity.
#define TB_SUBMISSION_VERIFY 1u

typedef struct tb_submission {
  uint32_t kind;
  uint32_t flags;
  /// The region that is filled, verified, read into or written from; of a copy, its destination.
  uint32_t region_id;
  uint32_t from_region_id;
  uint32_t file_id;
  uint32_t model_id;
  uint32_t weights_version;
  uint32_t hash_low;
  uint32_t hash_high;
  uint32_t reserved;
  double offset;
  double from_offset;
  double file_offset;
  double bytes;
  /// wait_until: when it is done; copy: when it is done at the earliest (0: at once). CLOCK_MONOTONIC.
  double deadline_ns;
  double reserved_tail[6];
} tb_submission;

typedef struct tb_completion {
  uint32_t slot;
  int32_t code;
  /// crc32c: the checksum; stale: the version found; of another failure its errno, or 0.
  uint32_t value;
  uint32_t reserved;
  double end_ns;
  double reserved_tail;
} tb_completion;

TB_API uint32_t tb_abi_version(void);
/// Writes sizes and field offsets of tb_submission and tb_completion in declaration order, at most `capacity`; returns how many there are.
TB_API uint32_t tb_layout(uint32_t *out, uint32_t capacity);
TB_API double tb_now_ns(void);

/// Flag of a plane: files are served by pread and pwrite although io_uring may exist.
#define TB_PLANE_NO_IO_URING 1u
/// Flag of a plane: files go through the page cache.
#define TB_PLANE_NO_DIRECT 2u

/// NULL and *error = −errno when threads or memory cannot be had.
/// `file_depth`: transfers of direct files under way at once; more wait here and start as those end, without the caller.
TB_API tb_plane *tb_plane_open(uint32_t slot_count, uint32_t copy_threads, uint32_t inline_bytes, uint32_t file_depth,
                               uint32_t flags, void (*wake)(void), int32_t *error);
/// Stops the threads wherever they are and unlinks this plane's regions; for a process that is about to exit.
TB_API void tb_plane_halt(tb_plane *plane);
/// Halts and frees. −EBUSY while an op is outstanding.
TB_API int32_t tb_plane_close(tb_plane *plane);
TB_API tb_submission *tb_plane_submissions(tb_plane *plane);
TB_API tb_completion *tb_plane_completions(tb_plane *plane);
TB_API uint32_t *tb_plane_submit_list(tb_plane *plane);
/// Takes the first `count` slots of the submit list as one group; returns how many are already done. `wake` comes for the last
/// op of a group, and for any op while all slots are taken.
TB_API int32_t tb_submit(tb_plane *plane, uint32_t count);
/// Moves finished ops into the completions array; 0 arms the next wake.
TB_API int32_t tb_reap(tb_plane *plane);
/// Ends every wait_until and every held copy as cancelled, now and from now on; for a plane that is about to close.
TB_API void tb_cancel_waits(tb_plane *plane);
/// How often `wake` was called.
TB_API double tb_wake_count(tb_plane *plane);

/// Region id, or −ENOSPC, −EEXIST, …; `bytes` is the data, a header page comes on top.
TB_API int32_t tb_region_create(tb_plane *plane, const char *path, double bytes, double generation);
/// `generation` −1: whatever is there. −ENOENT, −EAGAIN (still being made), −ESTALE (other generation), −EOWNERDEAD, −EPROTO.
TB_API int32_t tb_region_attach(tb_plane *plane, const char *path, double generation);
TB_API double tb_region_bytes(tb_plane *plane, uint32_t region_id);
TB_API double tb_region_generation(tb_plane *plane, uint32_t region_id);
/// Another generation of memory that this plane made: ops of processes that attached the last one end with TB_PEER_DEAD. −EPERM: attached.
TB_API int32_t tb_region_renew(tb_plane *plane, uint32_t region_id, double generation);
/// −EBUSY while an op uses it.
TB_API int32_t tb_region_close(tb_plane *plane, uint32_t region_id);

enum tb_file_mode { TB_FILE_CREATE = 0, TB_FILE_READ = 1 };
enum tb_file_path { TB_PATH_IO_URING_DIRECT = 0, TB_PATH_PREAD_DIRECT = 1, TB_PATH_PREAD_BUFFERED = 2 };

/// File id or −errno. Create allocates `bytes` on disk; read wants at least `bytes` to be there (−ENODATA).
TB_API int32_t tb_file_open(tb_plane *plane, const char *path, uint32_t mode, double bytes);
TB_API int32_t tb_file_path_taken(tb_plane *plane, uint32_t file_id);
TB_API int32_t tb_file_close(tb_plane *plane, uint32_t file_id);

/// `length` doubles, all 0, under a robust process-shared mutex. NULL and *error = −errno.
TB_API tb_numbers *tb_numbers_create(const char *path, uint32_t length, int32_t *error);
TB_API tb_numbers *tb_numbers_attach(const char *path, int32_t *error);
TB_API uint32_t tb_numbers_length(tb_numbers *numbers);
TB_API double *tb_numbers_values(tb_numbers *numbers);
/// 0; 1 when the last holder died with the lock; −ETIMEDOUT when a holder has stood still for seconds.
TB_API int32_t tb_numbers_lock(tb_numbers *numbers);
TB_API int32_t tb_numbers_unlock(tb_numbers *numbers);
/// Unmaps; the maker also unlinks.
TB_API void tb_numbers_close(tb_numbers *numbers);

/// Two private buffers of `buffer_bytes` each, touched and kept; NULL for a length that is not exact.
TB_API tb_memcpy *tb_memcpy_open(double buffer_bytes);
/// Wall ns of copying `count` pieces of `bytes` from one to the other by memcpy, spread over `threads`; −1 when they do not fit.
TB_API double tb_memcpy_run(tb_memcpy *baseline, double bytes, uint32_t count, uint32_t threads);
TB_API void tb_memcpy_close(tb_memcpy *baseline);

/// The same buffers, with a TCP connection between two threads of this process. NULL and *error = −errno.
TB_API tb_loopback *tb_loopback_open(double buffer_bytes, int32_t *error);
/// Wall ns of sending `count` pieces of `bytes` until the last byte has been received; −1 when they do not fit, 0 when it broke.
TB_API double tb_loopback_run(tb_loopback *baseline, double bytes, uint32_t count);
TB_API void tb_loopback_close(tb_loopback *baseline);

#ifdef __cplusplus
}
#endif

#endif
