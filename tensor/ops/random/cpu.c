/* random/cpu.c: fills. Elements are made in groups, each from the PHILOX_WORDS words at its
** place in the stream, so the numbers do not depend on how the groups are shared out.
*/
#include "core/half.h"
#include "ops/random/range.h"
#include "core/philox.h"
#include "cpu.h"
#include "device/cpu/vector_math.h"

#define WORDS PHILOX_WORDS

/* What a fill draws. */
typedef struct {
  double a, b; /* from, to; mean, std; p */
  int64_t low;
  uint64_t range; /* 0: all 64 bits */
  int64_t first;  /* the first integer from 'low' on that the type holds */
  int digits;     /* binary digits of the type */
} Law;

/* Makes 'count' elements from words. */
typedef void (*GroupFn)(const Law *law, const uint32_t *words, void *out, int64_t count);

/* Numbers of [0, 1) with all the bits that the type holds. */
static inline float unit_float32(uint32_t w) { return (float)(int32_t)(w >> 8) * 0x1p-24f; }
static inline double unit_float64(uint32_t low, uint32_t high) {
  return (double)(int64_t)(((uint64_t)high << 32 | low) >> 11) * 0x1p-53;
}

static void uniform_float32(const Law *law, const uint32_t *words, void *out, int64_t count) {
  float *o = out, from = (float)law->a, width = (float)(law->b - law->a), to = (float)law->b;
  for (int64_t i = 0; i < count; i++) {
    float x = from + unit_float32(words[i]) * width;
    o[i] = x >= to && to > from ? from : x; /* rounding must not reach 'to' */
  }
}
static void uniform_float64(const Law *law, const uint32_t *words, void *out, int64_t count) {
  double *o = out;
  for (int64_t i = 0; i < count; i++) {
    double x = law->a + unit_float64(words[2 * i], words[2 * i + 1]) * (law->b - law->a);
    o[i] = x >= law->b && law->b > law->a ? law->a : x;
  }
}

#define TWO_PI 6.283185307179586476925

/* Box and Muller: two normal numbers from two uniform ones. */
static void normal_float32(const Law *law, const uint32_t *words, void *out, int64_t count) {
  enum { N = WORDS / 2 };
  float z[WORDS], angle[N], r[N], mean = (float)law->a, std = (float)law->b;
#pragma omp simd
  for (int i = 0; i < N; i++) {
    float u = ((float)(int32_t)(words[i] >> 8) + 1) * 0x1p-24f;
    angle[i] = unit_float32(words[N + i]) * (float)TWO_PI;
    r[i] = sqrtf(-2 * logf(u)) * std;
    z[i] = mean + r[i] * cosf(angle[i]);
  }
#pragma omp simd
  for (int i = 0; i < N; i++) z[N + i] = mean + r[i] * sinf(angle[i]); /* apart: no vector sincos */
  memcpy(out, z, (size_t)count * sizeof(float));
}
static void normal_float64(const Law *law, const uint32_t *words, void *out, int64_t count) {
  enum { N = WORDS / 4 };
  double z[2 * N], angle[N], r[N], mean = law->a, std = law->b;
#pragma omp simd
  for (int i = 0; i < N; i++) {
    double u = unit_float64(words[2 * i], words[2 * i + 1]) + 0x1p-53;
    angle[i] = unit_float64(words[2 * N + 2 * i], words[2 * N + 2 * i + 1]) * TWO_PI;
    r[i] = sqrt(-2 * log(u)) * std;
    z[i] = mean + r[i] * cos(angle[i]);
  }
#pragma omp simd
  for (int i = 0; i < N; i++) z[N + i] = mean + r[i] * sin(angle[i]);
  memcpy(out, z, (size_t)count * sizeof(double));
}

static inline float store_float32(int64_t v) { return (float)v; }
static inline double store_float64(int64_t v) { return (double)v; }

#define BODY "ops/random/random_body.h"
#include "each_all.h"
#define BODY "ops/random/half_body.h"
#include "each_half.h"
#define BODY "ops/random/floored_body.h"
#include "each_float.h"
#define BODY "ops/random/floored_body.h"
#include "each_half.h"

static const GroupFn uniform_groups[DTYPE_COUNT] = {FLOAT_ENTRIES(uniform), HALF_ENTRIES(uniform)};
static const GroupFn normal_groups[DTYPE_COUNT] = {FLOAT_ENTRIES(normal), HALF_ENTRIES(normal)};
/* What is drawn is cut to the bits of the type, which those of the other sign have as well. */
#define UNSIGNED_ENTRIES(f) [DTYPE_UINT16] = f##_int16, [DTYPE_UINT32] = f##_int32
static const GroupFn integer_groups[DTYPE_COUNT] = {ALL_ENTRIES(random_integers), UNSIGNED_ENTRIES(random_integers)};
static const GroupFn floored_groups[DTYPE_COUNT] = {FLOAT_ENTRIES(random_floored), HALF_ENTRIES(random_floored)};
static const GroupFn bernoulli_groups[DTYPE_COUNT] = {ALL_ENTRIES(random_bernoulli), HALF_ENTRIES(random_bernoulli),
                                                       UNSIGNED_ENTRIES(random_bernoulli)};

/* Takes the words that n groups need and returns where they begin. */
static uint64_t random_take(Generator *g, int64_t groups, uint64_t *seed) {
  if (g == NULL) g = generator_default();
  uint64_t at = g->offset;
  *seed = g->seed;
  g->offset += (uint64_t)groups * WORDS;
  return at;
}

#define BATCH 64 /* groups between two looks at the interrupt flag */

static Status random_fill(Tensor *t, Generator *g, const Law *law, GroupFn make, int per_group) {
  uint64_t seed;
  if (make == NULL) return kernel_missing();
  int64_t groups = (t->numel + per_group - 1) / per_group, batches = (groups + BATCH - 1) / BATCH;
  uint64_t at = random_take(g, groups, &seed);
  char *data = tensor_data(t);
  size_t size = tensor_itemsize(t);
#pragma omp parallel for schedule(static) if (worth_threads(t->numel, 24))
  for (int64_t b = 0; b < batches; b++) {
    if (interrupt_requested()) continue;
    for (int64_t i = b * BATCH; i < (b + 1) * BATCH && i < groups; i++) {
      uint32_t words[WORDS];
      int64_t first = i * per_group, rest = t->numel - first;
      philox_words(seed, at + (uint64_t)i * WORDS, words);
      make(law, words, data + (size_t)first * size, rest < per_group ? rest : per_group);
    }
  }
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}

/* A number takes as many words as it has, one of 16 bits as many as the float32 that it is made from. */
static Status random_fill_floats(Tensor *t, Generator *g, const Law *law, const GroupFn *groups) {
  const int size = (int)dtype_size(dtype_compute((DType)t->dtype));
  return random_fill(t, g, law, groups[t->dtype], WORDS * 4 / size);
}

/* A contiguous tensor itself, or the parts of its complex numbers, which lie side by side. */
static Tensor random_parts(const Tensor *t) {
  Tensor parts = *t;
  if (!dtype_is_complex((DType)t->dtype)) return parts;
  parts.dtype = (uint8_t)dtype_real((DType)t->dtype);
  parts.offset *= 2;
  parts.numel *= 2;
  return parts;
}

Status KERNEL(uniform)(Call *c) {
  const UniformAttrs *a = c->attrs;
  Tensor parts = random_parts(c->out[0]);
  return KERNEL(random_uniform)(&parts, a->generator, a->from, a->to);
}

Status KERNEL(normal)(Call *c) {
  const NormalAttrs *a = c->attrs;
  const bool two = dtype_is_complex((DType)c->out[0]->dtype); /* parts, each with half of the variance */
  const Law law = {.a = a->mean, .b = two ? a->std * M_SQRT1_2 : a->std};
  Tensor parts = random_parts(c->out[0]);
  return random_fill_floats(&parts, a->generator, &law, normal_groups);
}

Status KERNEL(random)(Call *c) {
  const RandomAttrs *a = c->attrs;
  const DType dtype = (DType)c->out[0]->dtype;
  const RandomRange r = random_range(a->from, a->to, dtype);
  const Law law = {.low = r.low, .range = (uint64_t)r.last + 1 - (uint64_t)r.low, .digits = r.digits, .first = r.first};
  return random_fill(c->out[0], a->generator, &law, (r.floored ? floored_groups : integer_groups)[dtype], WORDS / 2);
}

Status KERNEL(random_uniform)(Tensor *t, Generator *g, double from, double to) {
  const Law law = {.a = from, .b = to};
  return random_fill_floats(t, g, &law, uniform_groups);
}

Status KERNEL(random_bernoulli)(Tensor *t, Generator *g, double p) {
  const Law law = {.a = p};
  return random_fill(t, g, &law, bernoulli_groups[t->dtype], WORDS);
}

Status KERNEL(random_check_probability)(const char *who, double p) {
  if (p >= 0 && p <= 1) return OK;
  return fail(ERROR_ARGUMENT, "%s: expected a probability from 0 to 1, got %g", who, shown(p));
}

Status KERNEL(bernoulli_fill)(Call *c) {
  const BernoulliFillAttrs *a = c->attrs;
  return KERNEL(random_bernoulli)(c->out[0], a->generator, a->p);
}
