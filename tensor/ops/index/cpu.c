/* index/cpu.c: kernels that read or write where positions say. Inputs are contiguous. */
#include "cpu.h"

#define CHUNK 32768 /* elements of one task */

/* Whether n positions lie in [0, size): then a loop over them needs no look at each. */
static bool within(const int64_t *index, int64_t n, int64_t size) {
  int64_t sign = 0;
  for (int64_t j = 0; j < n; j++) sign |= index[j] | (size - 1 - index[j]);
  return sign >= 0;
}
#define ALL(n, BODY) _Pragma("GCC unroll 8") for (int64_t j = 0; j < (n); j++) BODY

/* A walk over 'index' in lines of its last dimension, with the place of each line in a
** tensor of the same rank: index[k] addresses big[base + index[k] · step (+ j)]. */
typedef struct {
  int ndim, dim;
  int64_t shape[TENSOR_MAX_DIMS];  /* of index */
  int64_t stride[TENSOR_MAX_DIMS]; /* of big, 0 for dim */
  int64_t rows, length;            /* lines and their length */
  int64_t step, size;              /* of big along dim */
  int64_t run;                     /* lines that share the positions before dim */
} Lines;

static void lines_init(Lines *l, const Tensor *index, const Tensor *big, int64_t dim) {
  l->ndim = index->ndim > 0 ? index->ndim : 1;
  l->dim = (int)(dim < 0 ? dim + l->ndim : dim);
  l->run = 1;
  for (int d = 0; d < l->ndim; d++) {
    l->shape[d] = index->ndim > 0 ? index->shape[d] : 1;
    l->stride[d] = index->ndim > 0 ? big->stride[d] : 1;
    if (d >= l->dim && d < l->ndim - 1) l->run *= l->shape[d];
  }
  l->size = big->ndim > 0 ? big->shape[l->dim] : 1;
  l->step = l->stride[l->dim];
  l->stride[l->dim] = 0;
  l->length = l->shape[l->ndim - 1];
  l->rows = l->length > 0 ? index->numel / l->length : 0;
}

static int64_t line_base(const Lines *l, int64_t row) {
  int64_t base = 0;
  for (int d = l->ndim - 2; d >= 0; d--) {
    base += row % l->shape[d] * l->stride[d];
    row /= l->shape[d];
  }
  return base;
}

static void gather_line(const Lines *l, int64_t row, const int64_t *index, const void *in, void *out, size_t size) {
  int64_t base = line_base(l, row), move = l->stride[l->ndim - 1];
  const int64_t length = l->length, end = l->size, step = l->step;
  const bool sure = within(index, length, end);
#define GATHER(T)                                                      \
  const T *from = (const T *)in + base;                                \
  T *to = (T *)out + row * length;                                     \
  if (sure && move == 0 && step == 1) ALL(length, to[j] = from[index[j]];) \
  else if (sure) ALL(length, to[j] = from[index[j] * step + j * move];) \
  else for (int64_t j = 0; j < length; j++) {                          \
    int64_t i = check_index(index[j], end, l->dim);                    \
    if (i >= 0) to[j] = from[i * step + j * move];                     \
  }
  BY_SIZE(size, GATHER);
}

Status KERNEL(gather)(Call *c) {
  const GatherAttrs *a = c->attrs;
  const Tensor *in = c->in[0], *index = c->in[1];
  Lines l;
  lines_init(&l, index, in, a->dim);
  const int64_t *positions = tensor_data(index);
  const void *from = tensor_data(in);
  void *to = tensor_data(c->out[0]);
  size_t size = tensor_itemsize(in);
#pragma omp parallel for if (worth_threads(index->numel, 4))
  for (int64_t row = 0; row < l.rows; row++)
    if (!interrupt_requested()) gather_line(&l, row, positions + row * l.length, from, to, size);
  return OK;
}

/* Places of the lines of 'src', which may be larger than index. */
static void source_lines(Lines *s, const Lines *l, const Tensor *src) {
  *s = *l;
  for (int d = 0; d < s->ndim; d++) s->stride[d] = src->ndim > 0 ? src->stride[d] : 1;
}

typedef enum { WRITE, ADD, MULTIPLY } Reduce; /* as the choices of scatter's reduce */

/* Sets each place p of a line, of type T, which position j addresses. */
#define FOR_PLACES(T, to, set)                                         \
  {                                                                    \
    const int64_t length = l->length, end = l->size, step = l->step;   \
    if (within(index, length, end))                                    \
      ALL(length, { T *p = (T *)(to) + index[j] * step + j * move; set; }) \
    else                                                               \
      for (int64_t j = 0; j < length; j++) {                           \
        int64_t i = check_index(index[j], end, l->dim);                \
        if (i < 0) continue;                                           \
        T *p = (T *)(to) + i * step + j * move;                        \
        set;                                                           \
      }                                                                \
  }

static void scatter_line(const Lines *l, const Lines *s, int64_t row, const int64_t *index, const Tensor *src,
                         Tensor *out, Reduce how) {
  int64_t base = line_base(l, row), move = l->stride[l->ndim - 1], at = line_base(s, row);
  const void *data = tensor_data(src);
  void *to = tensor_data(out);
#define PUT(T)                                                         \
  const T *from = (const T *)data + at;                                \
  FOR_PLACES(T, (T *)to + base, *p = from[j])
#define COMBINE(name, T)                                                  \
  {                                                                    \
    const T *from = (const T *)data + at;                              \
    FOR_PLACES(T, (T *)to + base, *p = (T)(how == ADD ? *p + from[j] : *p * from[j])) \
  }
  if (how == WRITE) BY_SIZE(tensor_itemsize(out), PUT);
  else ALL_SWITCH(out->dtype, COMBINE)
}

bool KERNEL(positions_hold)(const int64_t *index, int64_t n, int64_t size, int dim) {
#pragma omp parallel for if (worth_threads(n, 1))
  for (int64_t at = 0; at < n; at += CHUNK) {
    const int64_t m = n - at < CHUNK ? n - at : CHUNK;
    if (within(index + at, m, size)) continue;
    for (int64_t j = at; j < at + m; j++) check_index(index[j], size, dim);
  }
  return !kernel_faulted();
}

/* Makes the result what the input is. What an op in place changes stays as it was after a position out
** of range, so all of them are looked at first. */
static Status begin(Call *c, int dim, int64_t size) {
  if (c->in[0]->storage != c->out[0]->storage) return tensor_copy_raw(c->out[0], c->in[0]);
  KERNEL(positions_hold)(tensor_data(c->in[1]), c->in[1]->numel, size, dim);
  return OK;
}

/* Two elements of index meet in one place only when they differ in 'dim' alone, so the
** positions before dim are independent. */
static Status scatter(Call *c, int64_t dim, Reduce how) {
  const Tensor *index = c->in[1], *src = c->in[2];
  Tensor *out = c->out[0];
  Lines l, s;
  lines_init(&l, index, out, dim);
  source_lines(&s, &l, src);
  TRY(begin(c, l.dim, l.size));
  const int64_t *positions = tensor_data(index);
  if (index->numel == 0 || kernel_faulted()) return OK;
  int64_t blocks = l.rows / l.run;
#pragma omp parallel for if (worth_threads(index->numel, 4))
  for (int64_t block = 0; block < blocks; block++)
    for (int64_t row = block * l.run; row < (block + 1) * l.run && !interrupt_requested(); row++)
      scatter_line(&l, &s, row, positions + row * l.length, src, out, how);
  return OK;
}

Status KERNEL(scatter_add)(Call *c) { return scatter(c, ((const ScatterAddAttrs *)c->attrs)->dim, ADD); }
Status KERNEL(scatter)(Call *c) {
  const ScatterAttrs *a = c->attrs;
  return scatter(c, a->dim, (Reduce)a->reduce);
}

static void scatter_value_line(const Lines *l, int64_t row, const int64_t *index, const void *value, Tensor *out, Reduce how) {
  int64_t base = line_base(l, row), move = l->stride[l->ndim - 1];
#define PUT_VALUE(name, T)                                             \
  {                                                                    \
    T v = *(const T *)value, *to = (T *)tensor_data(out) + base;       \
    if (how == WRITE) FOR_PLACES(T, to, *p = v)                        \
    else FOR_PLACES(T, to, *p = (T)(how == ADD ? *p + v : *p * v))     \
  }
  ALL_SWITCH(out->dtype, PUT_VALUE)
}

Status KERNEL(scatter_value)(Call *c) {
  const ScatterValueAttrs *a = c->attrs;
  const Tensor *index = c->in[1];
  Tensor *out = c->out[0];
  _Alignas(16) char value[16];
  Lines l;
  lines_init(&l, index, out, a->dim);
  element_set((DType)out->dtype, value, a->value);
  TRY(begin(c, l.dim, l.size));
  const int64_t *positions = tensor_data(index);
  if (index->numel == 0 || kernel_faulted()) return OK;
  const int64_t blocks = l.rows / l.run;
#pragma omp parallel for if (worth_threads(index->numel, 4))
  for (int64_t block = 0; block < blocks; block++)
    for (int64_t row = block * l.run; row < (block + 1) * l.run && !interrupt_requested(); row++)
      scatter_value_line(&l, row, positions + row * l.length, value, out, (Reduce)a->reduce);
  return OK;
}

/* ---- whole slices ------------------------------------------------------------------ */

/* A contiguous tensor as (outer × size × inner) around dimension 'dim'. */
typedef struct {
  int dim;
  int64_t outer, size, inner;
} Slices;

static Slices slices_of(const Tensor *t, int64_t dim) {
  Slices s = {.dim = (int)(dim < 0 ? dim + (t->ndim > 0 ? t->ndim : 1) : dim), .outer = 1, .size = 1, .inner = 1};
  for (int d = 0; d < t->ndim; d++) {
    if (d < s.dim) s.outer *= t->shape[d];
    else if (d == s.dim) s.size = t->shape[d];
    else s.inner *= t->shape[d];
  }
  return s;
}

void KERNEL(select_slices)(const Tensor *in, int64_t dim, const int64_t *index, int64_t n, Tensor *out) {
  Slices s = slices_of(in, dim);
  const int64_t rows = s.outer * n, run = s.inner > 1 ? 1 : 4096, tasks = (rows + run - 1) / run;
  const size_t size = tensor_itemsize(in), bytes = (size_t)s.inner * size;
  const char *from = tensor_data(in);
  char *to = tensor_data(out);
#pragma omp parallel for if (worth_threads(rows * s.inner, 2))
  for (int64_t task = 0; task < tasks; task++) {
    int64_t row = task * run, last = row + run < rows ? row + run : rows, outer = row / n, k = row % n;
    if (interrupt_requested()) continue;
    if (s.inner > 1) {
      int64_t i = check_index(index[k], s.size, s.dim);
      if (i >= 0) memcpy(to + (size_t)row * bytes, from + (size_t)(outer * s.size + i) * bytes, bytes);
      continue;
    }
#define SINGLE(T)                                                            \
  for (int64_t m; row < last; row += m, k = 0, outer++) {                    \
    const int64_t *v = index + k;                                            \
    const T *p = (const T *)from + outer * s.size;                           \
    T *o = (T *)to + row;                                                    \
    m = n - k < last - row ? n - k : last - row;                             \
    if (within(v, m, s.size)) ALL(m, o[j] = p[v[j]];)                        \
    else for (int64_t j = 0; j < m; j++) {                                   \
      int64_t i = check_index(v[j], s.size, s.dim);                          \
      if (i >= 0) o[j] = p[i];                                               \
    }                                                                        \
  }
    BY_SIZE(size, SINGLE);
  }
}

Status KERNEL(index_select)(Call *c) {
  const IndexSelectAttrs *a = c->attrs;
  KERNEL(select_slices)(c->in[0], a->dim, tensor_data(c->in[1]), c->in[1]->numel, c->out[0]);
  return OK;
}

/* Threads divide the outer positions or, where there is one, the columns: equal positions keep their order. */
void KERNEL(put_slices)(Tensor *out, int64_t dim, const int64_t *index, int64_t n, const Tensor *source, const Scalar *alpha) {
  const Slices s = slices_of(out, dim);
  int64_t parts = s.outer == 1 && s.inner >= 64 ? s.inner / 32 : 1;
  if (parts > 16) parts = 16;
  const int64_t tasks = s.outer * parts;
#define PUT_SLICES(T, PUT)                                                            \
  {                                                                                   \
    int64_t unseen = 0; /* slices until the next look at the interrupt flag */        \
    const T *p = (const T *)tensor_data(source) + o * n * s.inner;                    \
    T *to = (T *)tensor_data(out) + o * s.size * s.inner;                             \
    for (int64_t k = 0; k < n; k++, p += s.inner) {                                   \
      if (--unseen < 0) {                                                             \
        if (interrupt_requested()) break;                                             \
        unseen = 65536 / (s.inner + 1);                                               \
      }                                                                               \
      int64_t i = check_index(index[k], s.size, s.dim);                               \
      if (i < 0) continue;                                                            \
      T *q = to + i * s.inner;                                                        \
      if (s.inner == 1) { const int64_t j = 0; PUT; }                                 \
      else for (int64_t j = first; j < last; j++) PUT;                                \
    }                                                                                 \
  }
#define WRITE_SLICES(T) PUT_SLICES(T, q[j] = p[j])
#define ADD_SLICES(name, T)                                                              \
  {                                                                                   \
    T factor;                                                                         \
    element_set((DType)out->dtype, &factor, *alpha);                                  \
    PUT_SLICES(T, q[j] = (T)(q[j] + factor * p[j]))                                   \
  }
#pragma omp parallel for if (worth_threads(source->numel, 2))
  for (int64_t task = 0; task < tasks; task++) {
    int64_t o = task / parts, part = task % parts;
    int64_t first = s.inner * part / parts, last = s.inner * (part + 1) / parts;
    if (alpha == NULL) BY_SIZE(tensor_itemsize(out), WRITE_SLICES);
    else ALL_SWITCH(out->dtype, ADD_SLICES)
  }
}

Status KERNEL(index_add)(Call *c) {
  const IndexAddAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  const Slices s = slices_of(out, a->dim);
  TRY(begin(c, s.dim, s.size));
  if (!kernel_faulted())
    KERNEL(put_slices)(out, a->dim, tensor_data(c->in[1]), c->in[1]->numel, c->in[2], &a->alpha);
  return OK;
}

/* ---- others ---------------------------------------------------------------------------- */

#define NONZERO_BLOCK 256

#define BODY "ops/index/places_body.h"
#include "each_all.h"
typedef int64_t (*PlacesFn)(const void *data, int64_t from, int64_t n, int64_t *place);
static const PlacesFn places[DTYPE_COUNT] = ALL_TABLE(places);

/* The positions of elements [from, to), which lie in rows along the last dimension. */
static void write_places(const Tensor *in, int64_t from, int64_t to, int64_t *o) {
  const int n = in->ndim;
  const int64_t width = in->shape[n - 1];
  const void *data = tensor_data(in);
  int64_t at[TENSOR_MAX_DIMS] = {0}, place[NONZERO_BLOCK + 1], row = from / width, j = from % width;
  for (int d = n - 2; d >= 0; d--) {
    at[d] = row % in->shape[d];
    row /= in->shape[d];
  }
  for (int64_t end; from < to; from = end) {
    end = to - from < NONZERO_BLOCK ? to : from + NONZERO_BLOCK;
    if (end - from > width - j) end = from + width - j;
    const int64_t count = places[in->dtype](data, from, end - from, place);
    if (n == 2) for (int64_t k = 0; k < count; k++) o[2 * k] = at[0], o[2 * k + 1] = j + place[k];
    else for (int64_t k = 0; k < count; k++) {
      for (int d = 0; d < n - 1; d++) o[k * n + d] = at[d];
      o[k * n + n - 1] = j + place[k];
    }
    o += count * n;
    j += end - from;
    if (j < width) continue;
    j = 0;
    for (int d = n - 2; d >= 0 && ++at[d] == in->shape[d]; d--) at[d] = 0;
  }
}

Status KERNEL(nonzero)(Call *c) {
  const Tensor *in = c->in[0];
  const int64_t tasks = (in->numel + CHUNK - 1) / CHUNK;
  const size_t size = tensor_itemsize(in), bytes = sizeof(int64_t) * (size_t)(tasks + 1);
  const char *data = tensor_data(in);
  int64_t *to = tensor_data(c->out[0]), *first;
  if (in->ndim == 0 || c->out[0]->numel == 0) return OK; /* of a number only the count is kept */
  if ((first = memory_alloc(bytes)) == NULL) return ERROR_MEMORY;
  const bool threads = tasks > 1 && worth_threads(in->numel, 4);
#define END(t) (((t) + 1) * CHUNK < in->numel ? ((t) + 1) * CHUNK : in->numel)
  first[0] = 0;
#pragma omp parallel for if (threads)
  for (int64_t t = 0; t < tasks - 1; t++)
    first[t + 1] = count_nonzero((DType)in->dtype, data + (size_t)(t * CHUNK) * size, CHUNK);
  for (int64_t t = 1; t < tasks; t++) first[t] += first[t - 1];
#pragma omp parallel for if (threads)
  for (int64_t t = 0; t < tasks; t++)
    if (!interrupt_requested()) write_places(in, t * CHUNK, END(t), to + first[t] * in->ndim);
#undef END
  memory_free(first, bytes);
  return OK;
}

Status KERNEL(one_hot)(Call *c) {
  const Tensor *in = c->in[0];
  Tensor *out = c->out[0];
  const int64_t *positions = tensor_data(in);
  int64_t *to = tensor_data(out), classes = out->shape[out->ndim - 1];
  memset(to, 0, (size_t)out->numel * sizeof *to);
  for (int64_t i = 0; i < in->numel; i++) to[i * classes + positions[i]] = 1;
  return OK;
}

/* Row 'r' of a matrix keeps [0, r + diagonal] or [r + diagonal, columns). */
static Status triangle(Call *c, int64_t diagonal, bool lower) {
  Tensor *out = c->out[0];
  int64_t height = out->shape[out->ndim - 2], width = out->shape[out->ndim - 1];
  int64_t rows = width > 0 ? out->numel / width : 0;
  size_t size = tensor_itemsize(out);
  const char *from = tensor_data(c->in[0]);
  char *to = tensor_data(out);
#pragma omp parallel for if (worth_threads(out->numel, 1))
  for (int64_t row = 0; row < rows; row++) {
    double edge = (double)(row % height) + (double)diagonal + (lower ? 1 : 0);
    int64_t cut = edge < 0 ? 0 : edge > (double)width ? width : (int64_t)edge;
    size_t left = (size_t)cut * size, all = (size_t)width * size, at = (size_t)row * all;
    memcpy(to + at, from + at, all);
    if (lower) memset(to + at + left, 0, all - left);
    else memset(to + at, 0, left);
  }
  return OK;
}

Status KERNEL(tril)(Call *c) { return triangle(c, ((const TrilAttrs *)c->attrs)->diagonal, true); }
Status KERNEL(triu)(Call *c) { return triangle(c, ((const TriuAttrs *)c->attrs)->diagonal, false); }
