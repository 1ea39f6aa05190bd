/* index.c: kernels that read or write where positions say. Inputs are contiguous. */
#include "kernel.h"

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

/* Elements that are only moved count by their size. */
#define BY_SIZE(size, M) \
  do {                   \
    if (size == 1) { M(uint8_t); } else if (size == 4) { M(uint32_t); } else { M(uint64_t); } \
  } while (0)
#define BY_DTYPE(dtype, M)                    \
  if (dtype == DTYPE_BOOL) { M(bool); }       \
  else BY_NUMBER(dtype, M)
#define BY_NUMBER(dtype, M)                   \
  switch (dtype) {                            \
    case DTYPE_UINT8: M(uint8_t); break;      \
    case DTYPE_INT32: M(int32_t); break;      \
    case DTYPE_INT64: M(int64_t); break;      \
    case DTYPE_FLOAT32: M(float); break;      \
    default: M(double);                       \
  }

static void gather_line(const Lines *l, int64_t row, const int64_t *index, const void *in, void *out, size_t size) {
  int64_t base = line_base(l, row), move = l->stride[l->ndim - 1];
#define GATHER(T)                                                      \
  const T *from = (const T *)in + base;                                \
  T *to = (T *)out + row * l->length;                                  \
  const int64_t length = l->length, end = l->size, step = l->step;     \
  for (int64_t j = 0; j < length; j++) {                               \
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
    for (int64_t j = 0; j < length; j++) {                             \
      int64_t i = check_index(index[j], end, l->dim);                  \
      if (i < 0) continue;                                             \
      T *p = (T *)(to) + i * step + j * move;                          \
      set;                                                             \
    }                                                                  \
  }

static void scatter_line(const Lines *l, const Lines *s, int64_t row, const int64_t *index, const Tensor *src,
                         Tensor *out, Reduce how) {
  int64_t base = line_base(l, row), move = l->stride[l->ndim - 1], at = line_base(s, row);
  const void *data = tensor_data(src);
  void *to = tensor_data(out);
#define PUT(T)                                                         \
  const T *from = (const T *)data + at;                                \
  FOR_PLACES(T, (T *)to + base, *p = from[j])
#define COMBINE(T)                                                     \
  {                                                                    \
    const T *from = (const T *)data + at;                              \
    FOR_PLACES(T, (T *)to + base, *p = (T)(how == ADD ? *p + from[j] : *p * from[j])) \
  }
  if (how == WRITE) BY_SIZE(tensor_itemsize(out), PUT);
  else BY_DTYPE(out->dtype, COMBINE)
}

/* Two elements of index meet in one place only when they differ in 'dim' alone, so the
** positions before dim are independent. */
static Status scatter(Call *c, int64_t dim, Reduce how) {
  const Tensor *index = c->in[1], *src = c->in[2];
  Tensor *out = c->out[0];
  Lines l, s;
  lines_init(&l, index, out, dim);
  source_lines(&s, &l, src);
  TRY(tensor_copy_raw(out, c->in[0]));
  const int64_t *positions = tensor_data(index);
  if (index->numel == 0) return OK;
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

Status KERNEL(scatter_value)(Call *c) {
  const ScatterValueAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  _Alignas(8) char value[8];
  Lines lines;
  lines_init(&lines, c->in[1], out, a->dim);
  element_set((DType)out->dtype, value, a->value);
  TRY(tensor_copy_raw(out, c->in[0]));
  for (int64_t row = 0; row < lines.rows && !interrupt_requested(); row++) {
    const Lines *l = &lines;
    const int64_t *index = (const int64_t *)tensor_data(c->in[1]) + row * l->length;
    int64_t base = line_base(l, row), move = l->stride[l->ndim - 1];
#define PUT_VALUE(T)                                                   \
  {                                                                    \
    T v = *(const T *)value, *to = (T *)tensor_data(out) + base;       \
    if (a->reduce == WRITE) FOR_PLACES(T, to, *p = v)                  \
    else FOR_PLACES(T, to, *p = (T)(a->reduce == ADD ? *p + v : *p * v)) \
  }
    BY_DTYPE(out->dtype, PUT_VALUE)
  }
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

Status KERNEL(index_select)(Call *c) {
  const IndexSelectAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  Slices s = slices_of(in, a->dim);
  int64_t n = c->in[1]->numel, rows = s.outer * n;
  const int64_t *index = tensor_data(c->in[1]);
  size_t size = tensor_itemsize(in), bytes = (size_t)s.inner * size;
  const char *from = tensor_data(in);
  char *to = tensor_data(c->out[0]);
  int64_t run = s.inner > 1 ? 1 : 4096, tasks = (rows + run - 1) / run;
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
  for (; row < last; row++) {                                                \
    int64_t i = check_index(index[k], s.size, s.dim);                        \
    if (i >= 0) ((T *)to)[row] = ((const T *)from)[outer * s.size + i];      \
    if (++k == n) k = 0, outer++;                                            \
  }
    BY_SIZE(size, SINGLE);
  }
  return OK;
}

/* Adds alpha · source; threads divide the outer positions or, where there is one, the columns. */
#define INDEX_ADD(T)                                                                  \
  {                                                                                   \
    const T *from = (const T *)tensor_data(c->in[2]);                                 \
    T *to = (T *)tensor_data(out), factor;                                            \
    element_set((DType)out->dtype, &factor, a->alpha);                                \
    for (int64_t k = 0; k < n && !interrupt_requested(); k++) {                       \
      int64_t i = check_index(index[k], s.size, s.dim);                               \
      if (i < 0) continue;                                                            \
      const T *p = from + (o * n + k) * s.inner;                                      \
      T *q = to + (o * s.size + i) * s.inner;                                         \
      for (int64_t j = first; j < last; j++) q[j] = (T)(q[j] + factor * p[j]);        \
    }                                                                                 \
  }

Status KERNEL(index_add)(Call *c) {
  const IndexAddAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  Slices s = slices_of(out, a->dim);
  int64_t n = c->in[1]->numel, parts = s.outer == 1 && s.inner >= 64 ? s.inner / 32 : 1;
  const int64_t *index = tensor_data(c->in[1]);
  if (parts > 16) parts = 16;
  TRY(tensor_copy_raw(out, c->in[0]));
  int64_t tasks = s.outer * parts;
#pragma omp parallel for if (worth_threads(c->in[2]->numel, 2))
  for (int64_t task = 0; task < tasks; task++) {
    int64_t o = task / parts, part = task % parts;
    int64_t first = s.inner * part / parts, last = s.inner * (part + 1) / parts;
    BY_DTYPE(out->dtype, INDEX_ADD)
  }
  return OK;
}

/* ---- others ---------------------------------------------------------------------------- */

/* The place is written for every element and kept where it is not 0: a branch on each would be
** guessed wrong half of the time in a random mask. */
Status KERNEL(nonzero)(Call *c) {
  const Tensor *in = c->in[0];
  const void *data = tensor_data(in);
  const int n = in->ndim;
  int64_t *to = tensor_data(c->out[0]), *end = to + c->out[0]->numel, at[TENSOR_MAX_DIMS] = {0};
  const int64_t width = n > 0 ? in->shape[n - 1] : 1;
  if (n == 0 || to == end) return OK; /* of a number only the count is kept */
#define NONZERO(T)                                                                    \
  for (const T *v = data; to < end && !interrupt_requested(); v += width) {           \
    for (int64_t j = 0; j < width && to < end; j++) {                                 \
      for (int d = 0; d < n - 1; d++) to[d] = at[d];                                  \
      to[n - 1] = j;                                                                  \
      to += v[j] != 0 ? n : 0;                                                        \
    }                                                                                 \
    for (int d = n - 2; d >= 0 && ++at[d] == in->shape[d]; d--) at[d] = 0;            \
  }
  BY_DTYPE(in->dtype, NONZERO)
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
