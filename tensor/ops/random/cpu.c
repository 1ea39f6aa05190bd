/* random/cpu.c: fills. Elements are made in groups, each from the PHILOX_WORDS words at its
** place in the stream, so the numbers do not depend on how the groups are shared out.
*/
#include "device/cpu/kernel.h"
#include "core/philox.h"
#include "device/cpu/vector_math.h"

#define WORDS PHILOX_WORDS

/* What a fill draws. */
typedef struct {
  double a, b; /* from, to; mean, std; p */
  int64_t low;
  uint64_t range; /* 0: all 64 bits */
  DType dtype;
} Law;

/* Makes 'count' elements from words. */
typedef void (*GroupFn)(const Law *law, const uint32_t *words, void *out, int64_t count);

/* Numbers of [0, 1) with all the bits that the type holds. */
static inline float unit_float(uint32_t w) { return (float)(int32_t)(w >> 8) * 0x1p-24f; }
static inline double unit_double(uint32_t low, uint32_t high) {
  return (double)(int64_t)(((uint64_t)high << 32 | low) >> 11) * 0x1p-53;
}

static void uniform_float32(const Law *law, const uint32_t *words, void *out, int64_t count) {
  float *o = out, from = (float)law->a, width = (float)(law->b - law->a), to = (float)law->b;
  for (int64_t i = 0; i < count; i++) {
    float x = from + unit_float(words[i]) * width;
    o[i] = x >= to && to > from ? from : x; /* rounding must not reach 'to' */
  }
}
static void uniform_float64(const Law *law, const uint32_t *words, void *out, int64_t count) {
  double *o = out;
  for (int64_t i = 0; i < count; i++) {
    double x = law->a + unit_double(words[2 * i], words[2 * i + 1]) * (law->b - law->a);
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
    angle[i] = unit_float(words[N + i]) * (float)TWO_PI;
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
    double u = unit_double(words[2 * i], words[2 * i + 1]) + 0x1p-53;
    angle[i] = unit_double(words[2 * N + 2 * i], words[2 * N + 2 * i + 1]) * TWO_PI;
    r[i] = sqrt(-2 * log(u)) * std;
    z[i] = mean + r[i] * cos(angle[i]);
  }
#pragma omp simd
  for (int i = 0; i < N; i++) z[N + i] = mean + r[i] * sin(angle[i]);
  memcpy(out, z, (size_t)count * sizeof(double));
}

static void integers(const Law *law, const uint32_t *words, void *out, int64_t count) {
#define EACH(name, T)                                                                     \
  for (int64_t i = 0; i < count; i++) {                                                   \
    uint64_t w = (uint64_t)words[2 * i + 1] << 32 | words[2 * i];                         \
    if (law->range != 0) w = (uint64_t)((unsigned __int128)w * law->range >> 64);         \
    ((T *)out)[i] = (T)(int64_t)((uint64_t)law->low + w);                                 \
  }
  ALL_SWITCH(law->dtype, EACH)
#undef EACH
}

static void bernoulli(const Law *law, const uint32_t *words, void *out, int64_t count) {
#define EACH(name, T) \
  for (int64_t i = 0; i < count; i++) ((T *)out)[i] = (T)(unit_float(words[i]) < (float)law->a);
  ALL_SWITCH(law->dtype, EACH)
#undef EACH
}

/* Takes the words that n groups need and returns where they begin. */
static uint64_t take(Generator *g, int64_t groups, uint64_t *seed) {
  if (g == NULL) g = generator_default();
  uint64_t at = g->offset;
  *seed = g->seed;
  g->offset += (uint64_t)groups * WORDS;
  return at;
}

#define BATCH 64 /* groups between two looks at the interrupt flag */

static Status fill(Tensor *t, Generator *g, const Law *law, GroupFn make, int per_group) {
  uint64_t seed;
  int64_t groups = (t->numel + per_group - 1) / per_group, batches = (groups + BATCH - 1) / BATCH;
  uint64_t at = take(g, groups, &seed);
  char *data = tensor_data(t);
  size_t size = tensor_itemsize(t);
#pragma omp parallel for schedule(static) if (worth_threads(t->numel, 6))
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

static const GroupFn uniform_groups[DTYPE_COUNT] = FLOAT_TABLE(uniform), normal_groups[DTYPE_COUNT] = FLOAT_TABLE(normal);

/* A number takes as many words as it has. */
static Status fill_floats(Tensor *t, Generator *g, const Law *law, const GroupFn *groups) {
  return fill(t, g, law, groups[t->dtype], WORDS * 4 / (int)tensor_itemsize(t));
}

Status KERNEL(uniform)(Call *c) {
  const UniformAttrs *a = c->attrs;
  Law law = {.a = a->from, .b = a->to};
  if (!(a->from <= a->to))
    return fail(ERROR_ARGUMENT, "uniform_: expected from <= to, got %g and %g", a->from, a->to);
  return fill_floats(c->out[0], a->generator, &law, uniform_groups);
}

Status KERNEL(normal)(Call *c) {
  const NormalAttrs *a = c->attrs;
  Law law = {.a = a->mean, .b = a->std};
  if (!(a->std >= 0)) return fail(ERROR_ARGUMENT, "normal_: 'std' (argument 3): expected a number of at least 0, got %g", a->std);
  return fill_floats(c->out[0], a->generator, &law, normal_groups);
}

/* Behind the largest number that random_ draws when it is not told: the largest that the type holds exactly,
** as all that are smaller. */
static int64_t random_end(DType dtype) {
  const DTypeInfo *info = &dtype_table[dtype];
  if (info->digits > 0) return (int64_t)1 << info->digits;
  return info->highest < 0x1p63 ? (int64_t)info->highest + 1 : INT64_MAX;
}

Status KERNEL(random)(Call *c) {
  const RandomAttrs *a = c->attrs;
  DType dtype = (DType)c->out[0]->dtype;
  int64_t to = a->to == INT64_MIN ? random_end(dtype) : a->to;
  if (to > a->from && (!scalar_fits(scalar_int(a->from), dtype) || !scalar_fits(scalar_int(to - 1), dtype)))
    return fail(ERROR_ARGUMENT, "random_: from %lld to %lld is out of the range of %s", (long long)a->from, (long long)to - 1, dtype_name(dtype));
  Law law = {.low = a->from, .range = (uint64_t)to - (uint64_t)a->from, .dtype = dtype};
  if (to <= a->from)
    return fail(ERROR_ARGUMENT, "random_: expected from < to, got %lld and %lld", (long long)a->from, (long long)to);
  return fill(c->out[0], a->generator, &law, integers, WORDS / 2);
}

static Status check_probability(const char *who, double p) {
  if (p >= 0 && p <= 1) return OK;
  return fail(ERROR_ARGUMENT, "%s: expected a probability from 0 to 1, got %g", who, p);
}

Status KERNEL(bernoulli_fill)(Call *c) {
  const BernoulliFillAttrs *a = c->attrs;
  Law law = {.a = a->p, .dtype = (DType)c->out[0]->dtype};
  TRY(check_probability("bernoulli_", a->p));
  return fill(c->out[0], a->generator, &law, bernoulli, WORDS);
}

Status KERNEL(bernoulli)(Call *c) {
  const BernoulliAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  Law law = {.a = 0, .b = 1};
  TRY(fill_floats(out, a->generator, &law, uniform_groups));
  const void *p = tensor_data(c->in[0]);
  void *o = tensor_data(out);
#define EACH(name, T)                                         \
  for (int64_t i = 0; i < out->numel; i++) {                  \
    const T q = ((const T *)p)[i];                            \
    TRY(check_probability("bernoulli", (double)q));           \
    ((T *)o)[i] = ((T *)o)[i] < q;                            \
  }
  FLOAT_SWITCH(out->dtype, EACH)
#undef EACH
  return OK;
}

#define PIECE 16384
Status KERNEL(dropout_of)(Call *c) {
  const DropoutOfAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  Tensor *mask = c->out[1];
  Law law = {.a = 1 - a->p, .dtype = DTYPE_BOOL};
  TRY(fill(mask, a->generator, &law, bernoulli, WORDS));
  const uint8_t *m = tensor_data(mask); /* bytes: a loop that loads bool is no vector code */
  const void *x = tensor_data(in);
  void *o = tensor_data(c->out[0]);
  int64_t n = in->numel;
#define EACH(name, T)                                                  \
  {                                                                    \
    const T *v = x, scale = (T)a->scale;                               \
    T *r = o;                                                          \
    _Pragma("omp parallel for if (worth_threads(n, 3))")               \
    for (int64_t from = 0; from < n; from += PIECE) {                  \
      int64_t to = n - from < PIECE ? n : from + PIECE;                \
      const T *w = v; T *q = r; const uint8_t *keep = m; /* of this thread, in registers */ \
      _Pragma("omp simd") for (int64_t i = from; i < to; i++) q[i] = keep[i] ? w[i] * scale : 0; \
    }                                                                  \
  }
  FLOAT_SWITCH(in->dtype, EACH)
#undef EACH
  return OK;
}

/* ---- multinomial -------------------------------------------------------------------- */

/* One row by inversion: cumulative weights in 'sums', draws by binary search; without
** replacement the chosen weight goes to 0 and the sums are made anew. */
static Status draw_row(Generator *g, int64_t k, double *weight, double *sums, int64_t n, bool again, int64_t *out) {
  for (int64_t s = 0; s < n; s++) {
    if (s == 0 || !again) {
      double sum = 0;
      for (int64_t i = 0; i < k; i++) {
        if (!(weight[i] >= 0 && weight[i] < INFINITY))
          return fail(ERROR_ARGUMENT, "multinomial: 'input' (argument 1): weight %g is negative or not finite", weight[i]);
        sums[i] = sum += weight[i];
      }
      if (!(sum > 0)) return fail(ERROR_ARGUMENT, "multinomial: 'input' (argument 1): too few weights above 0");
    }
    if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
    double u = (double)(int64_t)(generator_next(g) >> 11) * 0x1p-53 * sums[k - 1];
    int64_t low = 0, high = k - 1; /* the first i with sums[i] > u */
    while (low < high) {
      int64_t middle = (low + high) / 2;
      if (sums[middle] > u) high = middle;
      else low = middle + 1;
    }
    while (low > 0 && weight[low] == 0) low--;
    out[s] = low;
    if (!again) weight[low] = 0;
  }
  return OK;
}

Status KERNEL(multinomial)(Call *c) {
  const MultinomialAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  Generator *g = a->generator != NULL ? a->generator : generator_default();
  int64_t k = in->shape[in->ndim - 1], rows = in->numel / k, *out = tensor_data(c->out[0]);
  double *weight = memory_alloc((size_t)k * 2 * sizeof(double));
  if (weight == NULL) return ERROR_MEMORY;
  Status status = OK;
  for (int64_t r = 0; r < rows && status == OK; r++) {
#define EACH(name, T) for (int64_t i = 0; i < k; i++) weight[i] = (double)((const T *)tensor_data(in))[r * k + i];
    FLOAT_SWITCH(in->dtype, EACH)
    status = draw_row(g, k, weight, weight + k, a->num_samples, a->replacement, out + r * a->num_samples);
  }
  memory_free(weight, (size_t)k * 2 * sizeof(double));
  return status;
}
