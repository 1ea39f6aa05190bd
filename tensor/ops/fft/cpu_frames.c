/* fft/cpu_frames.c: transforms of overlapping frames of real signals. A block of frames goes through all steps while it
** lies in the cache. Two frames are the real and the imaginary parts of one line, for the spectra of real numbers tell
** each other apart by their symmetry.
*/
#include <math.h>
#include <stdlib.h>

#include "ops/fft/cpu_fourier.h"

/* What the frames of a call share. */
typedef struct {
  const FourierPlan *plan;
  int64_t n, hop, frames, lines; /* lines of a block, which has twice as many frames */
  int64_t bands;                 /* of the result */
  double power;
  const void *window, *filters; /* filters: NULL, or (frequencies×bands) */
  const int64_t *spans;         /* the first frequency of each filter, and the one behind its last */
} Frames;

#define BODY "ops/fft/frames_body.h"
#include "each_float.h"

typedef void (*FramesLoadFn)(const Frames *f, int64_t first, const void *signal, void *block);
typedef void (*FramesStoreFn)(const Frames *f, int64_t first, const void *block, void *rows, void *out);
typedef void (*FramesSpansFn)(int64_t frequencies, int64_t bands, const void *filters, int64_t *spans);
static const FramesLoadFn frames_loads[DTYPE_COUNT] = FLOAT_TABLE(frames_load);
static const FramesStoreFn frames_spectra[DTYPE_COUNT] = FLOAT_TABLE(frames_store_spectrum);
static const FramesStoreFn frames_powers[DTYPE_COUNT] = FLOAT_TABLE(frames_store_power);
static const FramesSpansFn frames_spans[DTYPE_COUNT] = FLOAT_TABLE(frames_find_spans);

/* All blocks of frames of all signals; 'store' writes the results of a block. */
static Status frames_run(const Call *c, Frames *f, DType complex, FramesStoreFn store) {
  const Tensor *x = c->in[0];
  const int64_t blocks = (f->frames + 2 * f->lines - 1) / (2 * f->lines), length = x->shape[1];
  const int64_t in_step = length * (int64_t)tensor_itemsize(x);
  const int64_t out_step = f->bands * f->frames * (int64_t)tensor_itemsize(c->out[0]);
  const size_t size = tensor_itemsize(x), block_size = (size_t)(2 * f->n * f->lines) * size;
  const size_t scratch_size = (size_t)(KERNEL(fourier_scratch)(f->plan, f->lines) + 4 * f->lines) * size;
  const FramesLoadFn load = frames_loads[x->dtype];
  bool failed = false;
#pragma omp parallel if (x->shape[0] * blocks > 1 && worth_threads(x->shape[0] * f->frames * f->n, 40))
  {
    char *block = malloc(block_size + scratch_size);
    if (block == NULL) {
#pragma omp atomic write
      failed = true;
    }
#pragma omp for schedule(static)
    for (int64_t i = 0; i < x->shape[0] * blocks; i++) {
      if (block == NULL || interrupt_requested()) continue;
      const int64_t signal = i / blocks, first = i % blocks * 2 * f->lines;
      load(f, first, (const char *)tensor_data(x) + signal * in_step, block);
      KERNEL(fourier_block)(complex, f->plan, false, f->lines, block, block + block_size);
      store(f, first, block, block + block_size, (char *)tensor_data(c->out[0]) + signal * out_step);
    }
    free(block);
  }
  return failed ? fail(ERROR_MEMORY, "%s: not enough memory", c->info->lua_name) : OK;
}

/* The same with a plan; 'f' has what the two ops do not share. */
static Status frames_call(const Call *c, Frames *f, int64_t hop, FramesStoreFn store) {
  const Tensor *x = c->in[0], *window = c->in[1], *out = c->out[0];
  const DType complex = x->dtype == DTYPE_FLOAT64 ? DTYPE_COMPLEX128 : DTYPE_COMPLEX64;
  if (out->numel == 0) return OK;
  FourierPlan *plan = KERNEL(fourier_plan)(complex, window->numel);
  if (plan == NULL) return fail(ERROR_MEMORY, "%s: not enough memory", c->info->lua_name);
  f->plan = plan;
  f->n = window->numel;
  f->hop = hop;
  f->bands = out->shape[1];
  f->frames = out->shape[2];
  f->lines = KERNEL(fourier_lines)(complex);
  f->window = tensor_data(window);
  const Status status = frames_run(c, f, complex, store);
  KERNEL(fourier_plan_free)(plan);
  return status;
}

Status KERNEL(frames_spectrum)(Call *c) {
  const FramesSpectrumAttrs *a = c->attrs;
  Frames f = {.power = 1};
  return frames_call(c, &f, a->hop, frames_spectra[c->in[0]->dtype]);
}

Status KERNEL(frames_power)(Call *c) {
  const FramesPowerAttrs *a = c->attrs;
  const Tensor *filters = c->in[2];
  Frames f = {.power = a->power, .filters = data_or_null(filters)};
  int64_t *spans = NULL;
  if (filters != NULL) {
    spans = malloc(2 * (size_t)(filters->shape[1] + 1) * sizeof *spans);
    if (spans == NULL) return fail(ERROR_MEMORY, "frames_power: not enough memory");
    frames_spans[filters->dtype](filters->shape[0], filters->shape[1], f.filters, spans);
    f.spans = spans;
  }
  const Status status = frames_call(c, &f, a->hop, frames_powers[c->in[0]->dtype]);
  free(spans);
  return status;
}
