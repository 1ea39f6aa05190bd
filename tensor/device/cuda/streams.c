/* streams.c: streams, events and what is known of a device: device/stream.h. */
#include "cuda.h"
#include "device/stream.h"

static Status streams_describe(int index, DeviceDescription *out) {
  CudaState *s;
  TRY(devices_use(index, &s));
  *out = (DeviceDescription){.memory = s->memory, .processors = s->processors, .major = s->major, .minor = s->minor};
  memcpy(out->name, s->name, sizeof out->name);
  return OK;
}

static Status streams_memory_info(int index, size_t *available, size_t *total) {
  CudaState *s;
  TRY(devices_use(index, &s));
  return driver_check(driver.memory_info(available, total), "memory");
}

static Status streams_new(int index, void **stream) {
  CudaState *s;
  TRY(devices_use(index, &s));
  return driver_check(driver.stream_create((CudaStream *)stream, 1), "a stream"); /* it does not wait for the default */
}
static void streams_free(int index, void *stream) {
  CudaState *s;
  if (devices_use(index, &s) != OK) return;
  if (s->stream == stream) s->stream = NULL;
  driver.stream_synchronize(stream);
  driver.stream_destroy(stream);
}
static void *streams_current(int index) {
  CudaState *s;
  return devices_use(index, &s) == OK ? s->stream : NULL;
}
static Status streams_use(int index, void *stream) {
  CudaState *s;
  TRY(devices_use(index, &s));
  s->stream = stream;
  return OK;
}
static Status streams_wait(int index, void *stream, void *event) {
  CudaState *s;
  TRY(devices_use(index, &s));
  return driver_check(driver.stream_wait(stream, event, 0), "a stream");
}
static Status streams_synchronize(int index, void *stream) {
  CudaState *s;
  TRY(devices_use(index, &s));
  CUDA_TRY(driver.stream_synchronize(stream), "a stream");
  return devices_faults("synchronize");
}

static Status streams_answer(CudaResult result, const char *what, bool *done) {
  *done = result == 0;
  return result == CUDA_NOT_READY ? OK : driver_check(result, what);
}
static Status streams_done(int index, void *stream, bool *done) {
  CudaState *s;
  TRY(devices_use(index, &s));
  return streams_answer(driver.stream_query(stream), "a stream", done);
}

static Status events_new(int index, bool timing, void **event) {
  CudaState *s;
  TRY(devices_use(index, &s));
  return driver_check(driver.event_create((CudaEvent *)event, timing ? 0 : 2), "an event");
}
static void events_free(int index, void *event) {
  CudaState *s;
  if (devices_use(index, &s) == OK) driver.event_destroy(event);
}
static Status events_record(int index, void *event, void *stream) {
  CudaState *s;
  TRY(devices_use(index, &s));
  return driver_check(driver.event_record(event, stream), "an event");
}
static Status events_synchronize(int index, void *event) {
  CudaState *s;
  TRY(devices_use(index, &s));
  CUDA_TRY(driver.event_synchronize(event), "an event");
  return devices_faults("synchronize");
}
static Status events_done(int index, void *event, bool *done) {
  CudaState *s;
  TRY(devices_use(index, &s));
  return streams_answer(driver.event_query(event), "an event", done);
}
static Status events_elapsed(int index, void *start, void *end, double *milliseconds) {
  CudaState *s;
  float time = 0;
  TRY(devices_use(index, &s));
  CUDA_TRY(driver.event_elapsed(&time, start, end), "the time between events");
  *milliseconds = (double)time;
  return OK;
}

const DeviceStreams cuda_streams = {
    .set_current = devices_set_current,
    .describe = streams_describe,
    .memory_info = streams_memory_info,
    .stream_new = streams_new,
    .stream_free = streams_free,
    .stream_current = streams_current,
    .stream_use = streams_use,
    .stream_wait = streams_wait,
    .stream_synchronize = streams_synchronize,
    .stream_done = streams_done,
    .event_new = events_new,
    .event_free = events_free,
    .event_record = events_record,
    .event_synchronize = events_synchronize,
    .event_done = events_done,
    .event_elapsed = events_elapsed,
};
