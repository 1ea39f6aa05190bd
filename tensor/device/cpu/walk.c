/* walk.c: programs of fused ops (device/fused.h) are run here. A strip is a few thousand bytes of each
** operand: all steps work on it before the next one is read.
*/
#include "device/fused.h"
#include "kernel.h"
#include "ops/reduce/cpu_fold.h"

/* walk_gather copies n elements of a broadcast operand, from position 'from' of the result on, so that they lie side by
** side; walk_copy does one run of them. */
#define WALK_SPREAD(T)                                                              \
  for (int64_t i = 0; i < run; i++) ((T *)to)[i] = *(const T *)(at + i * step);
static void walk_copy(char *to, const char *at, int64_t run, int64_t step, size_t size) {
  typedef struct { uint64_t half[2]; } Pair;
  if (step == (int64_t)size) memcpy(to, at, (size_t)run * size);
  else if (size == 1) WALK_SPREAD(uint8_t)
  else if (size == 2) WALK_SPREAD(uint16_t)
  else if (size == 4) WALK_SPREAD(uint32_t)
  else if (size == 8) WALK_SPREAD(uint64_t)
  else WALK_SPREAD(Pair)
}
#undef WALK_SPREAD

static void walk_gather(const FusedRegister *r, int64_t from, int64_t n, char *to) {
  const size_t size = dtype_size((DType)r->dtype);
  int64_t index[TENSOR_MAX_DIMS];
  const int last = r->ndim - 1;
  const char *at = r->data;
  for (int d = last; d >= 0; d--) {
    index[d] = d == 0 ? from : from % r->shape[d];
    from /= r->shape[d];
    at += index[d] * r->stride[d];
  }
  while (n > 0) {
    const int64_t left = r->shape[last] - index[last], run = left < n ? left : n;
    walk_copy(to, at, run, r->stride[last], size);
    to += run * (int64_t)size;
    n -= run;
    at += run * r->stride[last];
    index[last] += run;
    for (int d = last; d > 0 && index[d] == r->shape[d]; d--) {
      at += r->stride[d - 1] - r->shape[d] * r->stride[d];
      index[d] = 0;
      index[d - 1]++;
    }
  }
}

/* Runs all steps on the n elements from position 'from' on. 'sink': memory for the register that a reduction reads;
** NULL: there is no reduction. */
static void walk_strip(const FusedProgram *p, int64_t from, int64_t n, char *buffers, char *sink) {
  char *at[FUSED_REGISTERS];
  int64_t stride[FUSED_REGISTERS];
  for (int i = 0; i < p->n_registers; i++) {
    const FusedRegister *r = &p->registers[i];
    const int64_t size = (int64_t)dtype_size((DType)r->dtype);
    stride[i] = r->kind == REGISTER_SINGLE ? 0 : size;
    if (r->kind == REGISTER_DENSE) at[i] = r->data + from * size;
    else if (r->kind == REGISTER_SINGLE) at[i] = r->data;
    else at[i] = buffers + r->buffer * BUFFER_BYTES;
    if (r->kind == REGISTER_SPREAD) walk_gather(r, from, n, at[i]);
  }
  if (sink != NULL) at[p->folded] = sink;
  for (int i = 0; i < p->n_steps; i++) {
    const FusedStep *s = &p->steps[i];
    if (s->cast != NULL) {
      s->cast(n, at[s->p[0]], stride[s->p[0]], at[s->p[1]], stride[s->p[1]]);
      continue;
    }
    char *operands[ITER_MAX_OPERANDS];
    int64_t strides[ITER_MAX_OPERANDS];
    for (int k = 0; k < s->n; k++) operands[k] = at[s->p[k]], strides[k] = stride[s->p[k]];
    s->strip(n, operands, strides, s->attrs);
  }
}

/* How many elements a strip has: as many of the program's largest dtype as fit a buffer. */
static int64_t walk_length(const FusedProgram *p) {
  for (int i = 0; i < p->n_registers; i++)
    if (dtype_size((DType)p->registers[i].dtype) > 8) return BUFFER_BYTES / ELEMENT_BYTES;
  return FUSED_STRIP;
}

/* How many elements a thread takes at a time. */
#define WALK_TURN (16 * FUSED_STRIP)

static void walk_turn(const FusedProgram *p, int64_t from, int64_t to, int64_t length) {
  _Alignas(64) char buffers[FUSED_BUFFERS * BUFFER_BYTES];
  for (; from < to && !interrupt_requested(); from += length)
    walk_strip(p, from, to - from < length ? to - from : length, buffers, NULL);
}

static void walk_elements(const FusedProgram *p) {
  const int64_t length = walk_length(p), turns = (p->numel + WALK_TURN - 1) / WALK_TURN;
  if (turns < 2 || !worth_threads(p->numel, p->cost)) {
    walk_turn(p, 0, p->numel, length);
    return;
  }
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < turns; i++)
    walk_turn(p, i * WALK_TURN, i + 1 < turns ? (i + 1) * WALK_TURN : p->numel, length);
}

/* ---- with a reduction at the end -------------------------------------------------------------------- */

/* Into which parts a reduction is cut: the same as in ops/reduce/cpu.c, so that sums are added up in the same order. */
typedef struct {
  const Fold *fold;
  int64_t units, parts, chunk;
} WalkPlan;

static WalkPlan walk_plan(const FusedProgram *p) {
  const DType d = (DType)p->registers[p->folded].dtype;
  WalkPlan w = {.units = p->out->numel, .parts = 1};
  w.fold = p->reduction == OP_PROD ? KERNEL(prod_folds)[d] : p->reduction == OP_AMAX ? KERNEL(max_folds)[d]
           : p->reduction == OP_AMIN ? KERNEL(min_folds)[d] : KERNEL(sum_folds)[d];
  const int64_t most = w.units > 0 ? 64 / w.units : 0, by_work = p->length / 16384;
  w.parts = most < by_work ? most : by_work;
  if (w.parts < 1) w.parts = 1;
  w.chunk = ((p->length + w.parts - 1) / w.parts + 63) / 64 * 64;
  return w;
}

/* The elements that one call of a fold gets: whole blocks of FOLD_BLOCK, after each of which it adds to its cell. The
** last block and the elements that remain behind it are given together. */
#define WALK_WINDOW (2 * FOLD_BLOCK + 2 * FUSED_BLOCK)

/* Computes the elements from 'from' to to - 1 of the register that a reduction reads, into 'window'. Strips begin at
** multiples of FUSED_BLOCK, as they do without fusion; so some elements around these are computed too. */
static char *walk_produce(const FusedProgram *p, int64_t from, int64_t to, int64_t length, char *buffers,
                          char *window) {
  const int64_t size = (int64_t)dtype_size((DType)p->registers[p->folded].dtype);
  const int64_t first = from / FUSED_BLOCK * FUSED_BLOCK;
  int64_t end = (to + FUSED_BLOCK - 1) / FUSED_BLOCK * FUSED_BLOCK;
  if (end > p->numel) end = p->numel;
  for (int64_t at = first; at < end; at += length)
    walk_strip(p, at, end - at < length ? end - at : length, buffers, window + (at - first) * size);
  return window + (from - first) * size;
}

/* Reduces the elements from 'from' to to - 1 into a cell. */
static void walk_fold(const FusedProgram *p, const WalkPlan *w, int64_t from, int64_t to, void *cell) {
  _Alignas(64) char buffers[FUSED_BUFFERS * BUFFER_BYTES], window[WALK_WINDOW * sizeof(double)];
  const int64_t size = (int64_t)dtype_size((DType)p->registers[p->folded].dtype), length = walk_length(p);
  w->fold->start(1, cell);
  while (from < to && !interrupt_requested()) {
    const int64_t n = to - from < 2 * FOLD_BLOCK ? to - from : FOLD_BLOCK;
    w->fold->row(n, walk_produce(p, from, from + n, length, buffers, window), size, cell);
    from += n;
  }
}

static void walk_store(const FusedProgram *p, int64_t unit, double cell) {
  const DType d = (DType)p->out->dtype;
  if (p->reduction == OP_MEAN) cell /= (double)p->numel / (double)p->out->numel;
  element_set(d, (char *)tensor_data(p->out) + unit * (int64_t)dtype_size(d), scalar_float(cell));
}

static Status walk_reduce(const FusedProgram *p) {
  const WalkPlan w = walk_plan(p);
  const int64_t tasks = w.units * w.parts;
  const size_t bytes = sizeof(double) * (size_t)(tasks > 0 ? tasks : 1);
  double *cells = memory_alloc(bytes);
  if (cells == NULL) return ERROR_MEMORY;
#pragma omp parallel for schedule(static) if (worth_threads(p->numel, p->cost))
  for (int64_t t = 0; t < tasks; t++) {
    const int64_t start = t / w.parts * p->length, from = t % w.parts * w.chunk;
    const int64_t to = from + w.chunk < p->length ? from + w.chunk : p->length;
    walk_fold(p, &w, start + from, start + to, &cells[t]);
  }
  for (int64_t u = 0; u < w.units; u++) {
    for (int64_t k = 1; k < w.parts; k++) w.fold->join(1, &cells[u * w.parts], &cells[u * w.parts + k]);
    walk_store(p, u, cells[u * w.parts]);
  }
  memory_free(cells, bytes);
  return OK;
}

Status KERNEL(fused_walk)(const FusedProgram *p) {
  if (p->reduction != OP_COUNT) return walk_reduce(p);
  walk_elements(p);
  return OK;
}
