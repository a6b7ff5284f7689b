// A stand-in for libmooncake_store.so: the same symbols, a table in this process instead of a store. Semantics as seen on the real one:
// a put on an existing key is ignored, exist and get grant a lease, a leased key is removed by force only. After every change the
// keys and their segments are written to the file that STANDIN_KEYS names, for a stand-in of the master's HTTP port.

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kMaxObjects = 256, kNotFound = -704, kHasLease = -706, kInvalidParams = -600 };

typedef struct {
  size_t replica_num;
  int with_soft_pin;
  int with_hard_pin;
  const char **preferred_segments;
  size_t preferred_segments_count;
} Config;

typedef struct {
  char *key;
  char *segment;
  void *bytes;
  size_t size;
  int leased;
} Object;

typedef struct {
  Object objects[kMaxObjects];
  size_t count;
  int is_set_up;
} Store;

static Object *find(Store *store, const char *key) {
  for (size_t i = 0; i < store->count; i++) {
    if (strcmp(store->objects[i].key, key) == 0) return &store->objects[i];
  }
  return NULL;
}

static void writeKeys(const Store *store) {
  FILE *file = fopen(getenv("STANDIN_KEYS"), "w");
  for (size_t i = 0; i < store->count; i++) fprintf(file, "%s %s\n", store->objects[i].key, store->objects[i].segment);
  fclose(file);
}

static void drop(Store *store, Object *object) {
  free(object->key);
  free(object->segment);
  free(object->bytes);
  *object = store->objects[--store->count];
}

void *mooncake_store_create(void) { return calloc(1, sizeof(Store)); }
void mooncake_store_destroy(void *store) { free(store); }

int mooncake_store_setup(void *handle, const char *host, const char *metadata, uint64_t segment_bytes, uint64_t buffer_bytes,
                         const char *protocol, const char *device, const char *master) {
  (void)device;
  int right = strcmp(host, "127.0.0.1") == 0 && strncmp(metadata, "http://", 7) == 0 && segment_bytes == 0 &&
              buffer_bytes > 0 && strcmp(protocol, "tcp") == 0 && strchr(master, ':') != NULL;
  ((Store *)handle)->is_set_up = right;
  return right ? 0 : kInvalidParams;
}

int mooncake_store_register_buffer(void *handle, void *buffer, size_t size) {
  return ((Store *)handle)->is_set_up && buffer != NULL && size > 0 ? 0 : kInvalidParams;
}

int mooncake_store_batch_put_from(void *handle, const char **keys, void **buffers, const size_t *sizes, size_t count,
                                  const Config *config, int *results) {
  Store *store = handle;
  for (size_t i = 0; i < count; i++) {
    results[i] = store->count < kMaxObjects && config->replica_num == 1 ? 0 : kInvalidParams;
    if (results[i] != 0 || find(store, keys[i]) != NULL) continue;
    const char *segment = config->preferred_segments_count > 0 ? config->preferred_segments[0] : "node0:50053";
    Object object = {strdup(keys[i]), strdup(segment), malloc(sizes[i]), sizes[i], 0};
    memcpy(object.bytes, buffers[i], sizes[i]);
    store->objects[store->count++] = object;
  }
  writeKeys(store);
  return 0;
}

int mooncake_store_batch_get_into(void *handle, const char **keys, void **buffers, const size_t *sizes, size_t count,
                                  int64_t *results) {
  for (size_t i = 0; i < count; i++) {
    Object *object = find(handle, keys[i]);
    results[i] = object == NULL ? kNotFound : object->size > sizes[i] ? kInvalidParams : (int64_t)object->size;
    if (results[i] < 0) continue;
    object->leased = 1;
    memcpy(buffers[i], object->bytes, object->size);
  }
  return 0;
}

int mooncake_store_batch_is_exist(void *handle, const char **keys, size_t count, int *results) {
  for (size_t i = 0; i < count; i++) {
    Object *object = find(handle, keys[i]);
    results[i] = object != NULL;
    if (object != NULL) object->leased = 1;
  }
  return 0;
}

int mooncake_store_remove(void *handle, const char *key, int force) {
  Object *object = find(handle, key);
  if (object == NULL) return kNotFound;
  if (object->leased && !force) return kHasLease;
  drop(handle, object);
  writeKeys(handle);
  return 0;
}

int64_t mooncake_store_remove_all(void *handle, int force) {
  Store *store = handle;
  int64_t removed = 0;
  for (size_t i = store->count; i-- > 0;) {
    if (store->objects[i].leased && !force) continue;
    drop(store, &store->objects[i]);
    removed++;
  }
  writeKeys(store);
  return removed;
}
