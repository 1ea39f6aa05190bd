/* device.c: the kinds of devices that are there, and their names. */
#include "absent.h"

#include <stdio.h>
#include <string.h>

const DeviceOps *device_table[DEVICE_NONE];
static DeviceOps device_filled[DEVICE_NONE]; /* what device_table points to */
void (*device_placeholder)(const char *who, const Tensor *t);

static Status (*device_opener)(DeviceType type);
static const char *device_reason[DEVICE_NONE]; /* why a kind is forbidden; NULL: it is not */

Status device_register(const DeviceOps *ops) {
  if (ops->type >= DEVICE_NONE || device_table[ops->type] != NULL)
    return fail(ERROR_ARGUMENT, "device_register: there is a device '%s' already", device_kind(ops->type));
  const char *missing = device_misses(ops);
  if (missing != NULL)
    return fail(ERROR_ARGUMENT, "device_register: the table of '%s' has no '%s'", device_kind(ops->type), missing);
  device_filled[ops->type] = *ops;
  device_fill_absent(&device_filled[ops->type]);
  device_table[ops->type] = &device_filled[ops->type];
  return OK;
}

void device_set_opener(Status (*open)(DeviceType type)) { device_opener = open; }
void device_forbid(DeviceType type, const char *reason) { device_reason[type] = reason; }

/* The table of a kind, whose plug-in is opened when it was not yet. */
static Status device_open(DeviceType type) {
  if (device_reason[type] != NULL) return fail(ERROR_ARGUMENT, "%s", device_reason[type]);
  if (device_table[type] != NULL) return OK;
  if (device_opener != NULL) TRY(device_opener(type));
  if (device_table[type] != NULL) return OK;
  return fail(ERROR_ARGUMENT, "this build has no %s", type == DEVICE_CUDA ? "CUDA" : device_kind(type));
}

/* The index behind the colon; false where there is none that can be read. */
static bool device_read_index(const char *text, int *index) {
  *index = 0;
  if (*text == '\0' || strlen(text) > 2) return false;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9') return false;
    *index = *index * 10 + (*text - '0');
  }
  return true;
}

Status device_named(const char *name, Device *out) {
  const char *colon = strchr(name, ':');
  const size_t length = colon != NULL ? (size_t)(colon - name) : strlen(name);
  int type = 0, index = 0;
  *out = (Device){DEVICE_CPU, 0};
  for (; type < DEVICE_NONE; type++)
    if (strlen(device_kind(type)) == length && memcmp(device_kind(type), name, length) == 0) break;
  if (type == DEVICE_NONE || (colon != NULL && !device_read_index(colon + 1, &index)))
    return fail(ERROR_ARGUMENT, "there is no device '%.40s'", name);
  TRY(device_open((DeviceType)type));
  const DeviceOps *ops = device_table[type];
  if (colon == NULL && ops->current != NULL) index = ops->current();
  const int count = ops->count();
  if (index >= count || index >= DEVICE_MOST)
    return fail(ERROR_ARGUMENT, "there is no device '%.40s': this machine has %d of '%s'", name, count,
                device_kind(type));
  *out = (Device){(uint8_t)type, (int8_t)index};
  return OK;
}

const char *device_text(char *buffer, Device device) {
  if (device.type == DEVICE_CUDA) snprintf(buffer, DEVICE_TEXT, "cuda:%d", device.index);
  else snprintf(buffer, DEVICE_TEXT, "%s", device.type < DEVICE_NONE ? device_kind((DeviceType)device.type) : "none");
  return buffer;
}

bool device_is_host(Device device) { return device_ops(device)->host; }
bool device_has_data(Device device) { return device_ops(device)->has_data; }

static Device device_of_new;
Device device_default(void) { return device_of_new; }
void device_set_default(Device device) { device_of_new = device; }

void device_seed(uint64_t seed) {
  for (int type = 0; type < DEVICE_NONE; type++) {
    const DeviceOps *ops = device_table[type];
    for (int i = 0; ops != NULL && ops->generator != NULL && i < ops->count(); i++)
      generator_seed(ops->generator(i), seed);
  }
}

int device_count(DeviceType type) { return device_open(type) == OK ? device_table[type]->count() : 0; }

Status device_synchronize(Device device) {
  const DeviceOps *ops = device_ops(device);
  return ops->synchronize != NULL ? ops->synchronize(device.index) : OK;
}

void device_memory_stats(Device device, MemoryStats *stats) { device_ops(device)->memory_stats(device.index, stats); }
void device_memory_reset_peak(Device device) { device_ops(device)->memory_reset_peak(device.index); }
void device_memory_trim(Device device) { device_ops(device)->memory_trim(device.index); }
