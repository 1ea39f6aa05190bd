/* reduce/cpu.c: sums, products, extremes and the like over any dimensions of any strided
** tensor, without a copy.
**
** The dimensions are sorted by stride and merged. When the innermost one is reduced,
** each result is a run of rows; when it is kept, a tile of up to FOLD_TILE columns is
** worked on at once. Large reductions to few results are cut into parts that depend on
** the shape alone and are joined in order, so any number of threads gives the same bits.
*/
#include "device/cpu/fold.h"

FOLD_INTEGERS(sum, 0, PLUS, PLUS)
FOLD_FLOATS(sum, 0, PLUS, PLUS)
static void count_bool_row(int64_t n, const char *p, int64_t stride, Cell *cell) {
  if (stride == sizeof(bool)) cell->i += count_nonzero(DTYPE_BOOL, p, n);
  else sum_bool_row(n, p, stride, cell);
}
static const Fold count_bool = {count_bool_row, sum_bool_column, sum_bool_join, sum_bool_start};
static const Fold *const sum_folds[DTYPE_COUNT] = {
    [DTYPE_BOOL] = &count_bool, [DTYPE_UINT8] = &sum_uint8, [DTYPE_INT8] = &sum_int8, [DTYPE_INT16] = &sum_int16,
    [DTYPE_INT32] = &sum_int32, [DTYPE_INT64] = &sum_int64, [DTYPE_FLOAT32] = &sum_float32, [DTYPE_FLOAT64] = &sum_float64};
FOLD_INTEGERS(prod, 1, TIMES, TIMES)
FOLD_FLOATS(prod, 1, TIMES, TIMES)
FOLD_TABLE(prod)
FOLD_INTEGERS(max, INT64_MIN, LARGER, LARGER)
FOLD_FLOATS(max, -INFINITY, LARGER, LARGER)
FOLD_TABLE(max)
FOLD_INTEGERS(min, INT64_MAX, SMALLER, SMALLER)
FOLD_FLOATS(min, INFINITY, SMALLER, SMALLER)
FOLD_TABLE(min)
FOLD_INTEGERS(any, 0, EITHER, EITHER)
FOLD(any_float32, float, int64_t, i, 0, EITHER, EITHER)
FOLD(any_float64, double, int64_t, i, 0, EITHER, EITHER)
FOLD_TABLE(any)
FOLD_INTEGERS(all, 1, BOTH, BOTH)
FOLD(all_float32, float, int64_t, i, 1, BOTH, BOTH)
FOLD(all_float64, double, int64_t, i, 1, BOTH, BOTH)
FOLD_TABLE(all)
FOLD_FLOATS(count, 0, COUNT, PLUS)
FOLD_FLOATS(plus_abs, 0, PLUS_ABS, PLUS)
FOLD_FLOATS(plus_square, 0, PLUS_SQUARE, PLUS)
FOLD_FLOATS(larger_abs, 0, LARGER_ABS, LARGER)
FOLD_FLOATS(smaller_abs, INFINITY, SMALLER_ABS, SMALLER)
static const Fold *const norm_folds[5][2] = {
    {&count_float32, &count_float64},
    {&plus_abs_float32, &plus_abs_float64},
    {&plus_square_float32, &plus_square_float64},
    {&larger_abs_float32, &larger_abs_float64},
    {&smaller_abs_float32, &smaller_abs_float64}};

typedef enum { FINISH_PLAIN, FINISH_DIVIDE, FINISH_ROOT } Finish;

/* What a value that comes again does to the result. */
typedef enum { AGAIN_NOTHING, AGAIN_ADDS, AGAIN_MULTIPLIES } Again;

typedef struct {
  int64_t size, stride, out; /* bytes in the input, elements in the output */
} Dim;

typedef struct {
  const Fold *fold;
  Finish finish;
  double divisor;
  int64_t repeat; /* how often each element counts: dimensions of stride 0 are not walked over */
  DType in_dtype, out_dtype;
  char *out;
  const char *in;
  Dim kept[TENSOR_MAX_DIMS], reduced[TENSOR_MAX_DIMS]; /* outermost first */
  int n_kept, n_reduced;
  bool columns;       /* the innermost dimension is kept: 'line' is it */
  Dim line;           /* the innermost dimension */
  int64_t width;      /* of a tile; 1 for rows */
  int64_t tiles;      /* of the line */
  int64_t units;      /* kept × tiles */
  int64_t length;     /* rows: reduced × line; columns: reduced */
  int64_t parts;      /* that the length is cut into */
} Plan;

/* ---- planning ----------------------------------------------------------------- */

/* Dimensions by falling stride, those of stride 0 first; returns how many. Reduced ones of stride 0 are
** left out and make *repeat, unless it is NULL. */
static int sorted_dims(const Tensor *in, uint32_t bits, Dim *dims, bool *reduced, int64_t *repeat) {
  int n = 0;
  int64_t out = 1, step[TENSOR_MAX_DIMS];
  for (int d = in->ndim - 1; d >= 0; d--) {
    step[d] = out;
    if (!(bits >> d & 1)) out *= in->shape[d];
  }
  for (int d = 0; d < in->ndim; d++) {
    if (in->shape[d] == 1) continue;
    if (in->stride[d] == 0 && bits >> d & 1 && repeat != NULL) {
      *repeat *= in->shape[d];
      continue;
    }
    int64_t s = in->stride[d] * (int64_t)tensor_itemsize(in);
    int at = n++;
    for (; at > 0 && s != 0 && dims[at - 1].stride != 0 && dims[at - 1].stride < s; at--)
      dims[at] = dims[at - 1], reduced[at] = reduced[at - 1];
    if (s == 0)
      for (; at > 0; at--) dims[at] = dims[at - 1], reduced[at] = reduced[at - 1];
    dims[at] = (Dim){in->shape[d], s, step[d]};
    reduced[at] = bits >> d & 1;
  }
  int merged = 0;
  for (int i = 0; i < n; i++) {
    Dim *last = &dims[merged - 1];
    bool merge = merged > 0 && reduced[merged - 1] == reduced[i] &&
                 last->stride == dims[i].stride * dims[i].size &&
                 (reduced[i] || last->out == dims[i].out * dims[i].size);
    if (merge) *last = (Dim){last->size * dims[i].size, dims[i].stride, dims[i].out};
    else dims[merged] = dims[i], reduced[merged++] = reduced[i];
  }
  return merged;
}

static void plan_make(Plan *p, const Tensor *in, Tensor *out, uint32_t bits, Again again) {
  Dim dims[TENSOR_MAX_DIMS];
  bool reduced[TENSOR_MAX_DIMS];
  int64_t repeat = 1;
  int n = sorted_dims(in, bits, dims, reduced, again == AGAIN_MULTIPLIES || in->numel == 0 ? NULL : &repeat);
  int64_t kept = 1, inner = 1;
  p->repeat = again == AGAIN_ADDS ? repeat : 1;
  p->in = tensor_data(in);
  p->out = tensor_data(out);
  p->in_dtype = (DType)in->dtype;
  p->out_dtype = (DType)out->dtype;
  p->n_kept = p->n_reduced = 0;
  p->columns = n > 0 && !reduced[n - 1];
  p->line = n > 0 ? dims[n - 1] : (Dim){1, 0, 1};
  for (int i = 0; i < n - 1; i++) {
    if (reduced[i]) p->reduced[p->n_reduced++] = dims[i], inner *= dims[i].size;
    else p->kept[p->n_kept++] = dims[i], kept *= dims[i].size;
  }
  p->width = !p->columns ? 1 : p->line.size < FOLD_TILE ? p->line.size : FOLD_TILE;
  p->tiles = !p->columns ? 1 : (p->line.size + FOLD_TILE - 1) / FOLD_TILE;
  p->units = kept * p->tiles;
  p->length = p->columns ? inner : inner * p->line.size;
  int64_t most = 64 / p->units, by_work = p->length * p->width / 16384;
  p->parts = most < by_work ? most : by_work;
  if (p->parts < 1) p->parts = 1;
}

/* ---- running ------------------------------------------------------------------ */

/* Byte offset of position 'at' of the dimensions; *out in elements of the output. */
static int64_t offset_of(const Dim *dims, int n, int64_t at, int64_t *out) {
  int64_t offset = 0;
  for (int d = n - 1; d >= 0; d--) {
    int64_t i = d == 0 ? at : at % dims[d].size;
    at = d == 0 ? 0 : at / dims[d].size;
    offset += i * dims[d].stride;
    if (out != NULL) *out += i * dims[d].out;
  }
  return offset;
}

/* Positions [from, to) of the length of one unit, into its cells. */
static void run_part(const Plan *p, const char *in, int64_t width, int64_t from, int64_t to,
                     Cell *cells) {
  int n = p->n_reduced;
  while (from < to && !interrupt_requested()) {
    if (!p->columns) {
      int64_t row = from / p->line.size, at = from % p->line.size, m = p->line.size - at;
      if (m > to - from) m = to - from;
      const char *q = in + (n > 0 ? offset_of(p->reduced, n, row, NULL) : 0);
      p->fold->row(m, q + at * p->line.stride, p->line.stride, cells);
      from += m;
    } else if (n == 0) {
      p->fold->column(1, width, in, 0, p->line.stride, cells);
      from++;
    } else {
      const Dim *rows = &p->reduced[n - 1];
      int64_t at = from % rows->size, m = rows->size - at;
      if (m > to - from) m = to - from;
      const char *q = in + offset_of(p->reduced, n, from, NULL);
      p->fold->column(m, width, q, rows->stride, p->line.stride, cells);
      from += m;
    }
  }
}

/* Where unit 'u' reads and writes. */
static int64_t unit_at(const Plan *p, int64_t u, const char **in, int64_t *out) {
  int64_t tile = p->tiles == 1 ? 0 : u % p->tiles, k = p->tiles == 1 ? u : u / p->tiles;
  int64_t first = tile * FOLD_TILE;
  *out = p->columns ? first * p->line.out : 0;
  *in = p->in + offset_of(p->kept, p->n_kept, k, out) + (p->columns ? first * p->line.stride : 0);
  if (!p->columns) return 1;
  return p->line.size - first < FOLD_TILE ? p->line.size - first : FOLD_TILE;
}

static void store(const Plan *p, int64_t out, int64_t width, Cell *cells) {
  int64_t step = p->columns ? p->line.out : 1;
  for (int64_t j = 0; j < width && p->repeat != 1; j++) {
    if (dtype_is_float(p->in_dtype)) cells[j].f *= (double)p->repeat;
    else cells[j].i *= p->repeat;
  }
#define STORE(T, value)                                                      \
  do {                                                                       \
    T *o = (T *)p->out + out;                                                \
    for (int64_t j = 0; j < width; j++) o[j * step] = (T)(value);            \
  } while (0)
#define STORE_INTEGER(name, T) STORE(T, cells[j].i);
#define STORE_FLOAT(name, T)                                                 \
  if (p->finish == FINISH_DIVIDE) STORE(T, cells[j].f / p->divisor);         \
  else if (p->finish == FINISH_ROOT) STORE(T, sqrt(cells[j].f));             \
  else STORE(T, cells[j].f);
  switch (dtype_category(p->out_dtype)) {
    case CATEGORY_BOOL: STORE(bool, cells[j].i != 0); break;
    case CATEGORY_INTEGER: INTEGER_SWITCH(p->out_dtype, STORE_INTEGER) break;
    case CATEGORY_FLOAT: FLOAT_SWITCH(p->out_dtype, STORE_FLOAT) break;
    case CATEGORY_COMPLEX: break; /* has no kernel here */
  }
}

static void run_whole(const Plan *p, int64_t u) {
  Cell cells[FOLD_TILE];
  const char *in;
  int64_t out, width = unit_at(p, u, &in, &out);
  p->fold->start(width, cells);
  run_part(p, in, width, 0, p->length, cells);
  store(p, out, width, cells);
}

static Status run_in_parts(const Plan *p, int64_t numel) {
  int64_t tasks = p->units * p->parts;
  int64_t chunk = ((p->length + p->parts - 1) / p->parts + 63) / 64 * 64;
  size_t bytes = (size_t)(tasks * p->width) * sizeof(Cell);
  Cell *cells = memory_alloc(bytes);
  if (cells == NULL) return ERROR_MEMORY;
#pragma omp parallel for schedule(static) if (worth_threads(numel, 1))
  for (int64_t t = 0; t < tasks; t++) {
    const char *in;
    int64_t out, width = unit_at(p, t / p->parts, &in, &out);
    int64_t from = t % p->parts * chunk, to = from + chunk < p->length ? from + chunk : p->length;
    p->fold->start(width, cells + t * p->width);
    run_part(p, in, width, from, to, cells + t * p->width);
  }
  for (int64_t u = 0; u < p->units; u++) {
    const char *in;
    int64_t out, width = unit_at(p, u, &in, &out);
    Cell *first = cells + u * p->parts * p->width;
    for (int64_t k = 1; k < p->parts; k++) p->fold->join(width, first, first + k * p->width);
    store(p, out, width, first);
  }
  memory_free(cells, bytes);
  return OK;
}

static Status reduce(const Fold *fold, Finish finish, Again again, Tensor *in, Tensor *out, const Ints *dim) {
  Plan p;
  uint32_t bits;
  TRY(resolve_dims("reduce", dim, in->ndim, &bits));
  if (out->numel == 0) return OK;
  plan_make(&p, in, out, bits, again);
  p.fold = fold;
  p.finish = finish;
  p.divisor = (double)in->numel / (double)out->numel;
  if (p.parts > 1) TRY(run_in_parts(&p, in->numel));
  else if (worth_threads(in->numel, 1) && p.units > 1) {
    int64_t units = p.units;
#pragma omp parallel for schedule(static)
    for (int64_t u = 0; u < units; u++) run_whole(&p, u);
  } else
    for (int64_t u = 0; u < p.units; u++) run_whole(&p, u);
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}

/* ---- ops ------------------------------------------------------------------------ */

/* sum, mean and prod: the result's dtype is also that of the work, except that the
** cells of floats are double and those of integers int64 anyway. */
static Status reduce_as(Call *c, const Fold *const *folds, Finish finish, Again again) {
  const SumAttrs *a = c->attrs;
  Tensor *in = c->in[0];
  DType want = (DType)c->out[0]->dtype;
  if (dtype_is_float((DType)in->dtype) == dtype_is_float(want))
    return reduce(folds[in->dtype], finish, again, in, c->out[0], &a->dim);
  TRY(tensor_cast(c->in[0], want, &in));
  Status status = reduce(folds[want], finish, again, in, c->out[0], &a->dim);
  tensor_release(in);
  return status;
}

Status KERNEL(sum)(Call *c) { return reduce_as(c, sum_folds, FINISH_PLAIN, AGAIN_ADDS); }
Status KERNEL(mean)(Call *c) { return reduce_as(c, sum_folds, FINISH_DIVIDE, AGAIN_ADDS); }
Status KERNEL(prod)(Call *c) { return reduce_as(c, prod_folds, FINISH_PLAIN, AGAIN_MULTIPLIES); }

/* amax, amin, any, all have the attributes of amax; max and min none. */
static Status reduce_plain(Call *c, const Fold *const *folds) {
  const AmaxAttrs *a = c->attrs;
  Ints all = ints_none();
  return reduce(folds[c->in[0]->dtype], FINISH_PLAIN, AGAIN_NOTHING, c->in[0], c->out[0], a != NULL ? &a->dim : &all);
}

Status KERNEL(amax)(Call *c) { return reduce_plain(c, max_folds); }
Status KERNEL(amin)(Call *c) { return reduce_plain(c, min_folds); }
Status KERNEL(any)(Call *c) { return reduce_plain(c, any_folds); }
Status KERNEL(all)(Call *c) { return reduce_plain(c, all_folds); }

Status KERNEL(norm_of)(Call *c) {
  const NormOfAttrs *a = c->attrs;
  const Fold *fold = norm_folds[a->which][c->in[0]->dtype == DTYPE_FLOAT64];
  return reduce(fold, a->which == 2 ? FINISH_ROOT : FINISH_PLAIN, a->which < 3 ? AGAIN_ADDS : AGAIN_NOTHING, c->in[0], c->out[0], &a->dim);
}
