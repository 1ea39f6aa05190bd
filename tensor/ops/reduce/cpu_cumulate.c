/* cpu_cumulate.c: running sums along one dimension of contiguous tensors, outer × n × inner. */
#include "device/cpu/kernel.h"

#define CUMULATE_BLOCK 65536 /* elements between two looks at the interrupt flag */
#define CUMULATE_SMALL 4096  /* elements of a slice that stays in the cache */
#define CUMULATE_STRIP 16    /* columns of such a slice that are added up together */
#define CUMULATE_TILE 256    /* and of a larger one */

#define BODY "ops/reduce/cumulate_body.h"
#include "each_any.h"

typedef void (*CumulateFn)(const void *x, void *o, int64_t n, int64_t inner, bool reverse);
static const CumulateFn cumulate_slices[DTYPE_COUNT] = ANY_TABLE(cumulate);

static Status cumulate_along(Call *c, bool reverse) {
  const CumsumAttrs *a = c->attrs;
  Tensor *out = c->out[0], *in;
  int at;
  int64_t outer = 1, n = 1, inner = 1;
  TRY(resolve_dim(c->info->lua_name, a->dim, out->ndim, &at));
  if (out->numel == 0) return OK;
  TRY(tensor_cast(c->in[0], (DType)out->dtype, &in));
  for (int d = 0; d < out->ndim; d++) *(d < at ? &outer : d == at ? &n : &inner) *= out->shape[d];
  size_t bytes = (size_t)(n * inner) * tensor_itemsize(out);
  char *x = tensor_data(in), *o = tensor_data(out);
#pragma omp parallel for schedule(static) if (outer > 1 && worth_threads(out->numel, 6))
  for (int64_t i = 0; i < outer; i++)
    if (!interrupt_requested())
      cumulate_slices[out->dtype](x + (size_t)i * bytes, o + (size_t)i * bytes, n, inner, reverse);
  tensor_release(in);
  return OK;
}

Status KERNEL(cumsum)(Call *c) { return cumulate_along(c, false); }
Status KERNEL(cumsum_reverse)(Call *c) { return cumulate_along(c, true); }
