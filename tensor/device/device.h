/* device.h: what a device is to the rest of the library: one table of functions for each kind of device. The CPU's is
** in device/cpu/, that of tensors without data in device/meta/; others are registered by plug-ins. Nothing outside of a
** device's own folder (and of its kernels in ops/<family>/) calls its functions by their names:
** docs/internals/devices.md tells the life of a device and how one is added.
*/
#ifndef HECATE_DEVICE_H
#define HECATE_DEVICE_H

#include "call/op.h"

#pragma GCC visibility push(default) /* for plug-ins: see tensor.h */

typedef struct OptimiserRule OptimiserRule; /* ops/optim/optimiser.h */
typedef struct OptimiserUpdate OptimiserUpdate;

typedef struct DeviceOps {
  DeviceType type;
  bool host;        /* the host reads and writes its data: Storage.data is an address of the host */
  bool has_data;    /* false: Storage.data is NULL, and nothing is ever computed (meta) */

  /* ---- the devices of the kind; an index is from 0 to count() - 1 ---- */
  int (*count)(void);
  int (*current)(void); /* the index where a name has none ("cuda"); NULL: 0 */
  Status (*synchronize)(int index); /* waits for all that was asked for; NULL: nothing ever runs on */

  /* ---- memory: blocks of at least 64-byte alignment ---- */
  Status (*allocate)(int index, size_t bytes, void **data); /* 0 bytes are allowed */
  void (*free)(int index, void *data, size_t bytes);
  void (*memory_stats)(int index, MemoryStats *stats);
  void (*memory_reset_peak)(int index);
  void (*memory_trim)(int index);
  /* Bytes between the host and a device, and between two devices of the kind. They have arrived on return (from_host
  ** may have copied them elsewhere before they go on). NULL on host devices. */
  Status (*from_host)(int index, void *to, const void *from, size_t bytes);
  Status (*to_host)(int index, void *to, const void *from, size_t bytes);
  Status (*between)(int to_index, void *to, int from_index, const void *from, size_t bytes);

  /* ---- tensors; all of one call are on one device of the kind, but for 0-dimensional ones of the CPU, which an
  ** elementwise call may have beside others (numbers: Call.in[i]->device == 0) ---- */
  /* Every element becomes the value, which the dtype holds. */
  Status (*fill)(Tensor *t, Scalar value);
  /* Copies values, between any strides, broadcasting and casting. */
  Status (*copy)(Tensor *to, Tensor *from);

  /* ---- calls ---- */
  /* Whether an elementwise op computes in this dtype (a compute type: dtype_compute), or another has a kernel for
  ** inputs of it. Where the answer is no for a 16-bit type, the kernel gets copies in float32. */
  bool (*has)(const OpInfo *info, DType dtype);
  /* NULL but on host devices: [dtype][op of the table], so that small calls have a short way. */
  const StripFn *const *strips;
  /* Fills c->out[0], whose shape is that of the broadcast inputs. 'common' is the dtype of the operation,
  ** 'result' what it gives: common or bool; out[0] may have another dtype or share memory with in[0] exactly. */
  Status (*elementwise)(Call *c, DType common, DType result);
  /* Inputs are checked (and contiguous where the row says so), results are allocated. */
  Status (*kernel)(Call *c);

  /* ---- optimisers (ops/optim/optimiser.h) ---- */
  bool (*optimiser_has)(DType dtype);
  /* updates[i].variant and .values are filled, .start counts elements; tensors are contiguous. */
  Status (*optimise)(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates);
  /* Σ |x|ᵖ of a contiguous float32 or float64 tensor, max |x| for p = INFINITY, in double. */
  Status (*power_sum)(const Tensor *t, double p, double *sum);

  /* The default generator of a device: it lies on the host, as all do. */
  Generator *(*generator)(int index);

  const struct DeviceStreams *streams; /* device/stream.h; NULL: calls have ended when they return */
} DeviceOps;

/* By DeviceType; NULL: there is none, or it was not opened yet. */
extern const DeviceOps *device_table[DEVICE_NONE];

/* The table of a tensor's device, which is there, for the tensor is. */
static inline const DeviceOps *device_of(const Tensor *t) { return device_table[t->device >> 5]; }
static inline const DeviceOps *device_ops(Device device) { return device_table[device.type]; }

/* While it is set, reads of data that a device without data has not give zeros, of integers ones, instead of an error;
** it is told of each, and of what else a dry run leaves out ('t' is then NULL). */
extern void (*device_placeholder)(const char *who, const Tensor *t);

/* Adds a kind of device; the table is copied. Fails when there is one of the type, or where a function that every
** device needs is missing. */
Status device_register(const DeviceOps *ops);

/* Who opens the plug-in of a kind of device that is not registered yet: it registers it, or fails with words. It is
** asked at the first use of the name, and again after a failure. */
void device_set_opener(Status (*open)(DeviceType type));
/* From now on nothing new lies on devices of this kind; errors say 'reason', a constant. For processes made by fork,
** where the driver of the device does not work. */
void device_forbid(DeviceType type, const char *reason);

#pragma GCC visibility pop

#endif
