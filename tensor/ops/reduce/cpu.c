/* cpu.c: sums, products, extremes and the like over any dimensions of any strided
** tensor, without a copy.
**
** The dimensions are sorted by stride and merged. When the innermost one is reduced,
** each result is a run of rows; when it is kept, a tile of up to FOLD_TILE columns is
** worked on at once. Large reductions to few results are cut into parts that depend on
** the shape alone and are joined in order, so any number of threads gives the same bits.
*/
#include "cpu_moments.h"
#include "cpu_prod_complex.h"

#define BODY "ops/reduce/store_body.h"
#include "each_all.h"
typedef void (*StoreFn)(int64_t n, const void *cells, void *out, int64_t step);
static const StoreFn reduce_stores[DTYPE_COUNT] = ALL_TABLE(reduce_store);

typedef enum {
  FINISH_PLAIN, FINISH_DIVIDE, FINISH_SCALE, FINISH_ROOT, FINISH_VARIANCE, FINISH_DEVIATION
} Finish;

/* What a value that comes again does to the result. */
typedef enum { AGAIN_NOTHING, AGAIN_ADDS, AGAIN_MULTIPLIES } Again;

typedef struct {
  int64_t size, stride, out; /* bytes in the input, elements in the output */
} Dim;

typedef struct {
  const Fold *fold;
  Finish finish;
  double divisor;
  double correction; /* of var and std */
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

/* Where a dimension of this stride belongs among n sorted ones: by falling stride, those of stride 0 first. */
static int reduce_dim_place(const Dim *dims, int n, int64_t stride) {
  while (n > 0 && (stride == 0 || (dims[n - 1].stride != 0 && dims[n - 1].stride < stride))) n--;
  return n;
}

/* Neighbours that are one walk over memory become one dimension; returns how many are left. */
static int reduce_dims_merge(int n, Dim *dims, bool *reduced) {
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

/* The dimensions to walk over, sorted and merged; returns how many. Reduced ones of stride 0 are left out and make
** *repeat, unless it is NULL. */
static int reduce_dims(const Tensor *in, uint32_t bits, Dim *dims, bool *reduced, int64_t *repeat) {
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
    const Dim dim = {in->shape[d], in->stride[d] * (int64_t)tensor_itemsize(in), step[d]};
    const int place = reduce_dim_place(dims, n, dim.stride);
    for (int at = n++; at > place; at--) dims[at] = dims[at - 1], reduced[at] = reduced[at - 1];
    dims[place] = dim;
    reduced[place] = bits >> d & 1;
  }
  return reduce_dims_merge(n, dims, reduced);
}

static void reduce_plan_make(Plan *p, const Tensor *in, Tensor *out, uint32_t bits, Again again) {
  Dim dims[TENSOR_MAX_DIMS];
  bool reduced[TENSOR_MAX_DIMS];
  int64_t repeat = 1;
  int n = reduce_dims(in, bits, dims, reduced, again == AGAIN_MULTIPLIES || in->numel == 0 ? NULL : &repeat);
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
static int64_t reduce_offset(const Dim *dims, int n, int64_t at, int64_t *out) {
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
static void reduce_part(const Plan *p, const Fold *fold, const char *in, int64_t width, int64_t from, int64_t to,
                        void *cells) {
  int n = p->n_reduced;
  while (from < to && !interrupt_requested()) {
    if (!p->columns) {
      int64_t row = from / p->line.size, at = from % p->line.size, m = p->line.size - at;
      if (m > to - from) m = to - from;
      const char *q = in + (n > 0 ? reduce_offset(p->reduced, n, row, NULL) : 0);
      fold->row(m, q + at * p->line.stride, p->line.stride, cells);
      from += m;
    } else if (n == 0) {
      fold->column(1, width, in, 0, p->line.stride, cells);
      from++;
    } else {
      const Dim *rows = &p->reduced[n - 1];
      int64_t at = from % rows->size, m = rows->size - at;
      if (m > to - from) m = to - from;
      const char *q = in + reduce_offset(p->reduced, n, from, NULL);
      fold->column(m, width, q, rows->stride, p->line.stride, cells);
      from += m;
    }
  }
}

/* Where unit 'u' reads and writes. */
static int64_t reduce_unit_at(const Plan *p, int64_t u, const char **in, int64_t *out) {
  int64_t tile = p->tiles == 1 ? 0 : u % p->tiles, k = p->tiles == 1 ? u : u / p->tiles;
  int64_t first = tile * FOLD_TILE;
  *out = p->columns ? first * p->line.out : 0;
  *in = p->in + reduce_offset(p->kept, p->n_kept, k, out) + (p->columns ? first * p->line.stride : 0);
  if (!p->columns) return 1;
  return p->line.size - first < FOLD_TILE ? p->line.size - first : FOLD_TILE;
}

/* Variances or their roots, in place of the moments. */
static void reduce_finish_moments(const Plan *p, int64_t n, void *cells) {
  const Moments *moments = cells;
  double *real = cells;
  for (int64_t j = 0; j < n; j++) {
    const double repeat = (double)p->repeat, degrees = moments[j].count * repeat - p->correction;
    const double variance = moments[j].squares * repeat / (degrees > 0 ? degrees : 0);
    real[j] = p->finish == FINISH_DEVIATION ? sqrt(variance) : variance;
  }
}

/* Sums that become means, extremes by which numbers are divided, and cells that are results as they are, integers
** always. */
static void reduce_finish_plain(const Plan *p, int64_t n, void *cells) {
  double *real = cells;
  int64_t *integer = cells;
  for (int64_t j = 0; j < n && p->repeat != 1; j++) {
    if (dtype_is_float(p->in_dtype)) real[j] *= (double)p->repeat;
    else integer[j] *= p->repeat;
  }
  if (p->finish == FINISH_DIVIDE)
    for (int64_t j = 0; j < n; j++) real[j] /= p->divisor;
  if (p->finish == FINISH_SCALE)
    for (int64_t j = 0; j < n; j++) real[j] = real[j] == 0 || real[j] == INFINITY ? 1 : real[j];
}

/* The sums of squares that are infinite or have lost digits are made again, of numbers that are scaled, and become
** roots: see cpu_fold.h. */
static __attribute__((noinline)) void reduce_scale_squares(const Plan *p, const char *in, int64_t n, double *cells) {
  const bool wide = p->in_dtype == DTYPE_FLOAT64;
  double again[2][FOLD_TILE];
  const Fold *folds[2] = {KERNEL(small_squares_folds)[p->in_dtype], KERNEL(large_squares_folds)[p->in_dtype]};
  for (int large = 0; large < 2; large++) {
    folds[large]->start(n, again[large]);
    reduce_part(p, folds[large], in, n, 0, p->length, again[large]);
  }
  for (int64_t j = 0; j < n; j++) {
    const bool small = cells[j] < LEAST_SQUARES(wide), large = cells[j] == INFINITY;
    const int bits = small ? RAISE_BITS(wide) : large ? LOWER_BITS(wide) : 0;
    const double root = sqrt((bits != 0 ? again[large][j] : cells[j]) * (double)p->repeat);
    cells[j] = bits != 0 ? ldexp(root, -bits) : root;
  }
}

static void reduce_finish_squares(const Plan *p, const char *in, int64_t n, double *cells) {
  const double least = LEAST_SQUARES(p->in_dtype == DTYPE_FLOAT64), repeat = (double)p->repeat;
  bool stray = false;
  if (n == 1 && cells[0] >= least && cells[0] < INFINITY) { /* rows, of which there may be many short ones */
    cells[0] = sqrt(cells[0] * repeat);
    return;
  }
  for (int64_t j = 0; j < n; j++) stray |= (cells[j] < least) | (cells[j] == INFINITY);
  if (stray) reduce_scale_squares(p, in, n, cells);
  else
    for (int64_t j = 0; j < n; j++) cells[j] = sqrt(cells[j] * repeat);
}

static void reduce_finish(const Plan *p, const char *in, int64_t n, void *cells) {
  if (p->finish == FINISH_ROOT) reduce_finish_squares(p, in, n, cells);
  else if (p->finish >= FINISH_VARIANCE) reduce_finish_moments(p, n, cells);
  else reduce_finish_plain(p, n, cells);
}

/* Elements 'out' and so on of the result from the cells of the unit that begins at 'in'. */
static void reduce_store(const Plan *p, const char *in, int64_t out, int64_t n, void *cells) {
  char *to = p->out + out * (int64_t)dtype_size(p->out_dtype);
  reduce_finish(p, in, n, cells);
  reduce_stores[p->out_dtype](n, cells, to, p->columns ? p->line.out : 1);
}

static void reduce_unit_whole(const Plan *p, int64_t u) {
  _Alignas(64) char cells[FOLD_TILE * FOLD_CELL_MAX];
  const char *in;
  int64_t out, width = reduce_unit_at(p, u, &in, &out);
  p->fold->start(width, cells);
  reduce_part(p, p->fold, in, width, 0, p->length, cells);
  reduce_store(p, in, out, width, cells);
}

/* The cost is that of reading the input, so it grows with the bytes of an element; adding up takes less time. */
static bool reduce_worth_threads(const Tensor *in) {
  return worth_threads(in->numel * (int64_t)tensor_itemsize(in) / 2, 1);
}

static Status reduce_in_parts(const Plan *p, bool threads) {
  int64_t tasks = p->units * p->parts;
  int64_t chunk = ((p->length + p->parts - 1) / p->parts + 63) / 64 * 64;
  const size_t task_bytes = (size_t)p->width * p->fold->cell, bytes = (size_t)tasks * task_bytes;
  char *cells = memory_alloc(bytes);
  if (cells == NULL) return ERROR_MEMORY;
#pragma omp parallel for schedule(static) if (threads)
  for (int64_t t = 0; t < tasks; t++) {
    const char *in;
    int64_t out, width = reduce_unit_at(p, t / p->parts, &in, &out);
    int64_t from = t % p->parts * chunk, to = from + chunk < p->length ? from + chunk : p->length;
    char *mine = cells + (size_t)t * task_bytes;
    p->fold->start(width, mine);
    reduce_part(p, p->fold, in, width, from, to, mine);
  }
  for (int64_t u = 0; u < p->units; u++) {
    const char *in;
    int64_t out, width = reduce_unit_at(p, u, &in, &out);
    char *first = cells + (size_t)(u * p->parts) * task_bytes;
    for (int64_t k = 1; k < p->parts; k++) p->fold->join(width, first, first + (size_t)k * task_bytes);
    reduce_store(p, in, out, width, first);
  }
  memory_free(cells, bytes);
  return OK;
}

static Status reduce_run_corrected(const Fold *fold, Finish finish, double correction, Again again, Tensor *in,
                                   Tensor *out, const Ints *dim) {
  Plan p;
  uint32_t bits;
  if (fold == NULL) return kernel_missing();
  TRY(resolve_dims("reduce", dim, in->ndim, &bits));
  if (out->numel == 0) return OK;
  reduce_plan_make(&p, in, out, bits, again);
  p.fold = fold;
  p.finish = finish;
  p.divisor = (double)in->numel / (double)out->numel;
  p.correction = correction;
  const bool threads = reduce_worth_threads(in);
  if (p.parts > 1) TRY(reduce_in_parts(&p, threads));
  else if (threads && p.units > 1) {
    int64_t units = p.units;
#pragma omp parallel for schedule(static)
    for (int64_t u = 0; u < units; u++) reduce_unit_whole(&p, u);
  } else
    for (int64_t u = 0; u < p.units; u++) reduce_unit_whole(&p, u);
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}

static Status reduce_run(const Fold *fold, Finish finish, Again again, Tensor *in, Tensor *out, const Ints *dim) {
  return reduce_run_corrected(fold, finish, 0, again, in, out, dim);
}

/* ---- ops ------------------------------------------------------------------------ */

typedef const Fold *(*FoldOf)(DType dtype);
static const Fold *sum_fold_of(DType d) { return d == DTYPE_BOOL ? &KERNEL(count_bool_fold) : KERNEL(sum_folds)[d]; }
static const Fold *prod_fold_of(DType d) { return KERNEL(prod_folds)[d]; }

/* Sums of complex numbers are sums of their parts: a last dimension of 2 that is kept. */
static Status reduce_parts(FoldOf fold_of, Finish finish, Tensor *in, Tensor *out, const Ints *dim) {
  Tensor parts = *in, sums = *out, *both[] = {&parts, &sums};
  uint32_t bits;
  Ints dims = {.n = 0};
  TRY(resolve_dims("reduce", dim, in->ndim, &bits));
  if (in->ndim == TENSOR_MAX_DIMS)
    return fail(ERROR_ARGUMENT, "sum: complex numbers in %d dimensions have no room for their parts", TENSOR_MAX_DIMS);
  for (int d = 0; d < in->ndim; d++)
    if (bits >> d & 1) dims.v[dims.n++] = d;
  for (int i = 0; i < 2; i++) {
    Tensor *t = both[i];
    t->dtype = (uint8_t)dtype_real((DType)t->dtype);
    for (int d = 0; d < t->ndim; d++) t->stride[d] *= 2;
    t->shape[t->ndim] = 2;
    t->stride[t->ndim++] = 1;
    t->offset *= 2;
    t->numel *= 2;
  }
  if (dims.n == 0) return tensor_copy_raw(out, in);
  return reduce_run(fold_of((DType)parts.dtype), finish, AGAIN_ADDS, &parts, &sums, &dims);
}

/* sum, mean and prod have the attributes of sum. The input is cast first only where it is an integer and the result a
** float, or the other way round: cells are double or int64 whatever the size of the element is. */
static Status reduce_as(Call *c, FoldOf fold_of, Finish finish, Again again) {
  const SumAttrs *a = c->attrs;
  Tensor *in = c->in[0];
  DType want = (DType)c->out[0]->dtype;
  if (dtype_is_complex(want)) {
    TRY(tensor_cast(c->in[0], want, &in));
    Status status = again == AGAIN_MULTIPLIES ? KERNEL(prod_complex)(in, c->out[0], &a->dim)
                                              : reduce_parts(fold_of, finish, in, c->out[0], &a->dim);
    tensor_release(in);
    return status;
  }
  if (dtype_is_float((DType)in->dtype) == dtype_is_float(want) && !dtype_is_complex((DType)in->dtype))
    return reduce_run(fold_of((DType)in->dtype), finish, again, in, c->out[0], &a->dim);
  TRY(tensor_cast(c->in[0], want, &in));
  Status status = reduce_run(fold_of(want), finish, again, in, c->out[0], &a->dim);
  tensor_release(in);
  return status;
}

Status KERNEL(sum)(Call *c) { return reduce_as(c, sum_fold_of, FINISH_PLAIN, AGAIN_ADDS); }
Status KERNEL(mean)(Call *c) { return reduce_as(c, sum_fold_of, FINISH_DIVIDE, AGAIN_ADDS); }
Status KERNEL(prod)(Call *c) { return reduce_as(c, prod_fold_of, FINISH_PLAIN, AGAIN_MULTIPLIES); }

/* amax, amin, any and all have the attributes of amax; max and min of a whole tensor have none. */
static Status reduce_plain(Call *c, const Fold *const *folds) {
  const AmaxAttrs *a = c->attrs;
  Ints all = ints_none();
  const Ints *dim = a != NULL ? &a->dim : &all;
  if (dtype_is_complex((DType)c->in[0]->dtype)) { /* any and all ask whether a number is 0 */
    Tensor *in;
    TRY(tensor_cast(c->in[0], DTYPE_BOOL, &in));
    Status status = reduce_run(folds[DTYPE_BOOL], FINISH_PLAIN, AGAIN_NOTHING, in, c->out[0], dim);
    tensor_release(in);
    return status;
  }
  return reduce_run(folds[c->in[0]->dtype], FINISH_PLAIN, AGAIN_NOTHING, c->in[0], c->out[0], dim);
}

Status KERNEL(amax)(Call *c) { return reduce_plain(c, KERNEL(max_folds)); }
Status KERNEL(amin)(Call *c) { return reduce_plain(c, KERNEL(min_folds)); }
Status KERNEL(any)(Call *c) { return reduce_plain(c, KERNEL(any_folds)); }
Status KERNEL(all)(Call *c) { return reduce_plain(c, KERNEL(all_folds)); }

Status KERNEL(unit_excess)(Call *c) {
  const Ints all = ints_none();
  return reduce_run(KERNEL(excess_folds)[c->in[0]->dtype], FINISH_PLAIN, AGAIN_NOTHING, c->in[0], c->out[0], &all);
}

Status KERNEL(native_norm)(Call *c) {
  const NativeNormAttrs *a = c->attrs;
  const bool scale = a->which > 4, adds = a->which < 3, squares = a->which == 2; /* see the row */
  const Fold *fold = (*KERNEL(norm_folds)[scale ? a->which - 2 : a->which])[c->in[0]->dtype];
  const Finish finish = squares ? FINISH_ROOT : scale ? FINISH_SCALE : FINISH_PLAIN;
  return reduce_run(fold, finish, adds ? AGAIN_ADDS : AGAIN_NOTHING, c->in[0], c->out[0], &a->dim);
}

Status KERNEL(native_var)(Call *c) {
  const NativeVarAttrs *a = c->attrs;
  const Finish finish = a->deviation ? FINISH_DEVIATION : FINISH_VARIANCE;
  return reduce_run_corrected(KERNEL(moments_folds)[c->in[0]->dtype], finish, a->correction, AGAIN_ADDS, c->in[0],
                              c->out[0], &a->dim);
}
