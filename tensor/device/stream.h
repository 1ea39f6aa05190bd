/* stream.h: what a device has beyond tensors: streams of work, events in them, and what is known of it. A device
** where calls have ended when they return (the CPU) has none of it: DeviceOps.streams is NULL there.
*/
#ifndef HECATE_STREAM_H
#define HECATE_STREAM_H

#include "tensor.h"

typedef struct {
  char name[64];
  size_t memory; /* bytes */
  int processors, major, minor; /* multiprocessors; compute capability */
} DeviceDescription;

/* A stream or an event is a pointer that only the device understands; the stream NULL is the default one. */
typedef struct DeviceStreams {
  Status (*set_current)(int index); /* the device of names without an index */
  Status (*describe)(int index, DeviceDescription *out);
  Status (*memory_info)(int index, size_t *available, size_t *total);
  Status (*stream_new)(int index, void **stream);
  void (*stream_free)(int index, void *stream);
  void *(*stream_current)(int index);
  Status (*stream_use)(int index, void *stream); /* calls on the device go there from now on */
  Status (*stream_wait)(int index, void *stream, void *event); /* what comes later in the stream waits */
  Status (*stream_synchronize)(int index, void *stream);
  Status (*stream_done)(int index, void *stream, bool *done);
  Status (*event_new)(int index, bool timing, void **event);
  void (*event_free)(int index, void *event);
  Status (*event_record)(int index, void *event, void *stream);
  Status (*event_synchronize)(int index, void *event);
  Status (*event_done)(int index, void *event, bool *done);
  Status (*event_elapsed)(int index, void *start, void *end, double *milliseconds);
} DeviceStreams;

#endif
