/* cpu_group_norm.c: group_norm and its gradient, N × C × inner. A group of channels of a sample is a task: its
** elements lie side by side, are read for the sums, and are still in the cache when they are read again for the
** result. Sums do not depend on the threads.
*/
#include "cpu_statistics.h"

#define TILE 64 /* channels whose sums over the samples are added up at a time */

/* samples × groups × channels of a group × inner elements. */
typedef struct {
  int64_t samples, groups, channels, inner;
  double eps;
} Groups;

/* Elements of the call's tensors; those that are not given or not of this op are NULL. */
typedef struct {
  void *x, *weight, *bias, *mean, *invstd;
  void *o; /* the result, or the gradient of x */
  void *g;
  double *sums, *dots; /* samples × all channels: of the gradients g, and of g x̂ */
} GroupNormData;

#define BODY "ops/norm/group_norm_body.h"
#include "each_float.h"

typedef void (*GroupNormFn)(const Groups *k, int64_t group, const GroupNormData *data);
typedef void (*GroupNormAddFn)(const Groups *k, int64_t first, int64_t width, const void *from, void *to);
static const GroupNormFn group_norm_forwards[DTYPE_COUNT] = FLOAT_TABLE(group_norm_forward);
static const GroupNormFn group_norm_backwards[DTYPE_COUNT] = FLOAT_TABLE(group_norm_backward);
static const GroupNormAddFn group_norm_adds[DTYPE_COUNT] = FLOAT_TABLE(group_norm_add);

static Groups groups_of(const Tensor *x, int64_t groups) {
  Groups k = {.samples = x->shape[0], .groups = groups, .channels = x->shape[1] / groups, .inner = 1};
  for (int d = 2; d < x->ndim; d++) k.inner *= x->shape[d];
  return k;
}

static void group_norm_tasks(const Groups *k, GroupNormFn work, int cost, const GroupNormData *data) {
  const int64_t tasks = k->samples * k->groups;
#pragma omp parallel for schedule(static) if (tasks > 1 && worth_threads(tasks * k->channels * k->inner, cost))
  for (int64_t t = 0; t < tasks; t++)
    if (!interrupt_requested()) work(k, t, data);
}

Status KERNEL(native_group_norm)(Call *c) {
  const NativeGroupNormAttrs *a = c->attrs;
  const Tensor *x = c->in[0];
  Groups k = groups_of(x, a->groups);
  k.eps = a->eps;
  const GroupNormData data = {
      .x = tensor_data(x), .weight = data_or_null(c->in[1]), .bias = data_or_null(c->in[2]),
      .o = tensor_data(c->out[0]), .mean = tensor_data(c->out[1]), .invstd = tensor_data(c->out[2])};
  group_norm_tasks(&k, group_norm_forwards[x->dtype], 4, &data);
  return OK;
}

Status KERNEL(group_norm_backward)(Call *c) {
  const GroupNormBackwardAttrs *a = c->attrs;
  const Tensor *x = c->in[1];
  const Groups k = groups_of(x, a->groups);
  const int64_t channels = k.groups * k.channels, sums = k.samples * channels;
  const size_t bytes = (size_t)(2 * sums) * sizeof(double);
  double *parts = memory_alloc(bytes);
  if (parts == NULL) return fail_memory(bytes);
  const GroupNormData data = {
      .x = tensor_data(x), .weight = data_or_null(c->in[2]), .mean = tensor_data(c->in[3]),
      .invstd = tensor_data(c->in[4]), .o = tensor_data(c->out[0]), .g = tensor_data(c->in[0]), .sums = parts,
      .dots = parts + sums};
  group_norm_tasks(&k, group_norm_backwards[x->dtype], 8, &data);
  for (int64_t first = 0; first < channels; first += TILE) {
    const int64_t width = channels - first < TILE ? channels - first : TILE;
    group_norm_adds[x->dtype](&k, first, width, data.dots, tensor_data(c->out[1]));
    group_norm_adds[x->dtype](&k, first, width, data.sums, tensor_data(c->out[2]));
  }
  memory_free(parts, bytes);
  return OK;
}
