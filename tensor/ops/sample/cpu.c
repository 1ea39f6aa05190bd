/* sample/cpu.c: sampling at the places of a grid. A place is read through taps: elements of the input around it, each
** with a weight that is the product of a weight for each dimension. Places are worked on in blocks: first the taps of
** all places of a block, then channel after channel.
*/
#include <math.h>

#include "device/cpu/kernel.h"

#define SAMPLE_BLOCK 64    /* places of a block */
#define SAMPLE_TAPS 16     /* 4 × 4 of bicubic, 2 × 2 × 2 of a volume */
#define SAMPLE_CHANNELS 8  /* channels that a thread spreads into */

typedef enum { SAMPLE_BILINEAR, SAMPLE_NEAREST, SAMPLE_BICUBIC } SampleMode;     /* as interpolation_mode */
typedef enum { SAMPLE_ZEROS, SAMPLE_BORDER, SAMPLE_REFLECTION } SamplePadding;   /* as padding_mode */

/* What all places share. Dimension 0 is the last one of the input, x. */
typedef struct {
  int dims;         /* 2 or 3 */
  int width;        /* taps along a dimension */
  int taps;         /* of a place */
  SampleMode mode;
  SamplePadding padding;
  bool align;
  int64_t size[3], step[3]; /* of the input */
  int64_t batch, channels, in_plane, places;
} Sampler;

static Sampler sampler_make(int ndim, const int64_t *shape, const Tensor *grid, int64_t mode, int64_t padding,
                            bool align) {
  Sampler s = {.dims = ndim - 2, .mode = (SampleMode)mode, .padding = (SamplePadding)padding, .align = align};
  s.width = s.mode == SAMPLE_NEAREST ? 1 : s.mode == SAMPLE_BILINEAR ? 2 : 4;
  s.taps = s.in_plane = 1;
  for (int d = 0; d < s.dims; d++) {
    s.size[d] = shape[ndim - 1 - d];
    s.step[d] = s.in_plane;
    s.in_plane *= s.size[d];
    s.taps *= s.width;
  }
  s.batch = shape[0], s.channels = shape[1];
  s.places = s.batch > 0 ? grid->numel / (s.batch * s.dims) : 0;
  return s;
}

#define BODY "ops/sample/taps_body.h"
#include "each_float.h"
#define BODY "ops/sample/sample_body.h"
#include "each_float.h"

typedef void (*SampleAlongFn)(const Sampler *s, int64_t n, int64_t from, const void *in, const void *grid,
                              const void *tangent, void *out);
typedef void (*SampleSpreadFn)(const Sampler *s, int64_t n, int64_t channel, const void *g, const void *grid,
                               const void *tangent, void *out);
typedef void (*SampleSlopeFn)(const Sampler *s, int64_t n, int64_t from, const void *g, const void *in,
                              const void *grid, const void *tangent, void *out);
static const SampleAlongFn sample_alongs[DTYPE_COUNT] = FLOAT_TABLE(sample_along);
static const SampleSpreadFn sample_spreads[DTYPE_COUNT] = FLOAT_TABLE(sample_spread);
static const SampleSlopeFn sample_slopes[DTYPE_COUNT] = FLOAT_TABLE(sample_slope);

/* The cost of a place in all channels, as worth_threads counts it. */
static int sample_cost(const Sampler *s) {
  const int64_t cost = 4 * (20 + s->channels) * s->taps;
  return (int)(cost < 10000 ? cost : 10000);
}

Status KERNEL(grid_sampler_along)(Call *c) {
  const GridSamplerAlongAttrs *a = c->attrs;
  const Tensor *in = c->in[0], *grid = c->in[1];
  const Sampler s = sampler_make(in->ndim, in->shape, grid, a->interpolation_mode, a->padding_mode, a->align_corners);
  const int64_t blocks = (s.places + SAMPLE_BLOCK - 1) / SAMPLE_BLOCK;
  const void *x = tensor_data(in), *places = tensor_data(grid), *tangent = data_or_null(c->in[2]);
  void *out = tensor_data(c->out[0]);
#pragma omp parallel for if (worth_threads(s.batch *s.places, sample_cost(&s)))
  for (int64_t i = 0; i < s.batch * blocks; i++)
    if (!interrupt_requested())
      sample_alongs[in->dtype](&s, i / blocks, i % blocks * SAMPLE_BLOCK, x, places, tangent, out);
  return OK;
}

Status KERNEL(grid_sampler_spread)(Call *c) {
  const GridSamplerSpreadAttrs *a = c->attrs;
  const Tensor *grid = c->in[1];
  Tensor *to = c->out[0];
  const Sampler s = sampler_make(to->ndim, to->shape, grid, a->interpolation_mode, a->padding_mode, a->align_corners);
  const int64_t groups = (s.channels + SAMPLE_CHANNELS - 1) / SAMPLE_CHANNELS;
  const void *g = tensor_data(c->in[0]), *places = tensor_data(grid), *tangent = data_or_null(c->in[2]);
  void *out = tensor_data(to);
  memset(out, 0, (size_t)to->numel * tensor_itemsize(to));
#pragma omp parallel for if (worth_threads(s.batch *s.places, sample_cost(&s)))
  for (int64_t i = 0; i < s.batch * groups; i++)
    if (!interrupt_requested())
      sample_spreads[to->dtype](&s, i / groups, i % groups * SAMPLE_CHANNELS, g, places, tangent, out);
  return OK;
}

Status KERNEL(grid_sampler_slope)(Call *c) {
  const GridSamplerSlopeAttrs *a = c->attrs;
  const Tensor *in = c->in[1], *grid = c->in[2];
  const Sampler s = sampler_make(in->ndim, in->shape, grid, a->interpolation_mode, a->padding_mode, a->align_corners);
  const int64_t blocks = (s.places + SAMPLE_BLOCK - 1) / SAMPLE_BLOCK;
  const void *g = tensor_data(c->in[0]), *x = tensor_data(in), *places = tensor_data(grid);
  const void *tangent = data_or_null(c->in[3]);
  void *out = tensor_data(c->out[0]);
#pragma omp parallel for if (worth_threads(s.batch *s.places, sample_cost(&s)))
  for (int64_t i = 0; i < s.batch * blocks; i++)
    if (!interrupt_requested())
      sample_slopes[in->dtype](&s, i / blocks, i % blocks * SAMPLE_BLOCK, g, x, places, tangent, out);
  return OK;
}
