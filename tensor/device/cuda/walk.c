/* walk.c: fills a Walk for tensors, and launches elementwise kernels. */
#include <stdio.h>

#include "cuda.h"

#define WALK_MOST (1ll << 30) /* elements of one launch */

static WalkSize walk_size(uint32_t size) {
  uint32_t shift = 0;
  while (((uint64_t)1 << shift) < size) shift++;
  const uint64_t one = 1;
  return (WalkSize){size, (uint32_t)((one << 32) * ((one << shift) - size) / size + 1), shift};
}

/* The strides of an operand against the shape of the result, in bytes; 0 where it broadcasts. */
static void walk_strides(const Tensor *t, const Tensor *result, int64_t *stride) {
  const int64_t size = (int64_t)tensor_itemsize(t), lead = result->ndim - t->ndim;
  for (int d = 0; d < result->ndim; d++) {
    const bool has = d >= lead && t->shape[d - lead] != 1;
    stride[d] = has ? t->stride[d - lead] * size : 0;
  }
}

typedef struct {
  int ndim; /* dimension 0 is the outermost */
  int64_t shape[TENSOR_MAX_DIMS], stride[WALK_OPERANDS][TENSOR_MAX_DIMS];
} WalkPlan;

/* Dimensions of size 1 go; the outer ones are those over which the result takes larger steps. */
static void walk_order(const Tensor *result, int n, Tensor *const *operands, WalkPlan *p) {
  int64_t all[WALK_OPERANDS][TENSOR_MAX_DIMS];
  int order[TENSOR_MAX_DIMS], count = 0;
  for (int k = 0; k < n; k++) walk_strides(operands[k], result, all[k]);
  for (int d = 0; d < result->ndim; d++) {
    if (result->shape[d] == 1) continue;
    int at = count++;
    while (at > 0 && all[0][order[at - 1]] < all[0][d]) order[at] = order[at - 1], at--;
    order[at] = d;
  }
  p->ndim = count;
  for (int i = 0; i < count; i++) {
    p->shape[i] = result->shape[order[i]];
    for (int k = 0; k < n; k++) p->stride[k][i] = all[k][order[i]];
  }
}

/* Neighbouring dimensions become one where all operands go on from one to the other. */
static void walk_merge(int n, WalkPlan *p) {
  int last = 0;
  for (int d = 1; d < p->ndim; d++) {
    bool follows = true;
    for (int k = 0; k < n; k++) follows = follows && p->stride[k][last] == p->stride[k][d] * p->shape[d];
    if (follows) p->shape[last] *= p->shape[d];
    else p->shape[++last] = p->shape[d];
    for (int k = 0; k < n; k++) p->stride[k][last] = p->stride[k][d];
  }
  p->ndim = p->ndim > 0 ? last + 1 : 0;
}

/* An operand of the CPU is a number: it goes with the walk. */
static void walk_number(Walk *w, int k, const Tensor *t, DType want) {
  host->element_set(want, w->number[k], host->element_get((DType)t->dtype, tensor_data(t)));
  w->data[k] = NULL;
  w->dtype[k] = want;
}

static DType walk_want(const OpInfo *info, int k, DType compute) {
  return k > 0 && info->bool_operands >> (k - 1) & 1 ? DTYPE_BOOL : compute;
}

static void walk_fill(const OpInfo *info, DType compute, int n, Tensor *const *operands, const WalkPlan *p, Walk *w) {
  *w = (Walk){.ndim = p->ndim};
  for (int i = 0; i < p->ndim; i++) {
    const int d = p->ndim - 1 - i;
    w->size[i] = walk_size((uint32_t)p->shape[d]);
    for (int k = 0; k < n; k++) w->stride[k][i] = p->stride[k][d];
  }
  for (int k = 0; k < n; k++) {
    const Tensor *t = operands[k];
    w->data[k] = tensor_data(t);
    w->dtype[k] = t->dtype;
    w->one[k] = t->numel == 1;
    if (t->device == 0) walk_number(w, k, t, walk_want(info, k, compute));
  }
}

/* The dense kernel for these operands: "dense", "dense_float16" or "dense_bfloat16"; NULL where their strides or dtypes
** fit none of them. */
static const char *walk_dense(const OpInfo *info, DType compute, DType result, int n, const Walk *w) {
  static const char *const words[] = {"dense", "dense_float16", "dense_bfloat16"};
  const DType small[] = {compute, DTYPE_FLOAT16, DTYPE_BFLOAT16};
  if (n == 1 || w->ndim > 1) return NULL;
  for (int s = 0; s < (compute == DTYPE_FLOAT32 ? 3 : 1); s++) {
    bool good = true;
    for (int k = 0; k < n && good; k++) {
      const DType wide = k == 0 ? result : walk_want(info, k, compute), is = (DType)w->dtype[k];
      const DType want = wide == compute ? small[s] : wide;
      const int64_t size = (int64_t)dtype_size(want), align = size * 4 > 16 ? 16 : size * 4;
      const bool dense = w->ndim == 1 && w->stride[k][0] == size && (uintptr_t)w->data[k] % (uintptr_t)align == 0;
      good = w->data[k] == NULL || (is == want && (dense || w->one[k])); /* numbers are of the compute type */
    }
    if (good) return words[s];
  }
  return NULL;
}

static Status walk_launch(const OpInfo *info, const void *attrs, DType compute, DType result, int n, Walk *w,
                          Device device) {
  char name[96];
  const char *dense = walk_dense(info, compute, result, n, w);
  void *parameters[] = {w, (void *)attrs};
  snprintf(name, sizeof name, "%s_%s", info->name, dense != NULL ? dense : "any");
  const int64_t threads = dense != NULL ? (w->numel + 3) / 4 : w->numel;
  return launch_named(device, compute, info->name, name, NULL, threads, parameters);
}

/* Larger tensors are cut along their largest dimension. */
static Status walk_parts(const OpInfo *info, const void *attrs, DType compute, DType result, int n,
                         Tensor *const *operands, WalkPlan *p, Device device, const int64_t *offset) {
  int64_t numel = 1;
  int largest = 0;
  for (int d = 0; d < p->ndim; d++) {
    numel *= p->shape[d];
    if (p->shape[d] > p->shape[largest]) largest = d;
  }
  if (numel > WALK_MOST) {
    WalkPlan half = *p;
    int64_t at[WALK_OPERANDS];
    half.shape[largest] = p->shape[largest] / 2;
    TRY(walk_parts(info, attrs, compute, result, n, operands, &half, device, offset));
    for (int k = 0; k < n; k++) at[k] = offset[k] + half.shape[largest] * p->stride[k][largest];
    half.shape[largest] = p->shape[largest] - half.shape[largest];
    return walk_parts(info, attrs, compute, result, n, operands, &half, device, at);
  }
  Walk w;
  walk_fill(info, compute, n, operands, p, &w);
  w.numel = (uint32_t)numel;
  for (int k = 0; k < n; k++)
    if (w.data[k] != NULL) w.data[k] += offset[k];
  return walk_launch(info, attrs, compute, result, n, &w, device);
}

Status walk_run(const OpInfo *info, const void *attrs, DType common, int n, Tensor *const *operands, Device device) {
  const DType compute = dtype_compute(common);
  const DType result = info->result == RESULT_BOOL ? DTYPE_BOOL : compute;
  const int64_t offset[WALK_OPERANDS] = {0};
  WalkPlan p;
  if (operands[0]->numel == 0) return OK;
  walk_order(operands[0], n, operands, &p);
  walk_merge(n, &p);
  return walk_parts(info, attrs, compute, result, n, operands, &p, device, offset);
}
