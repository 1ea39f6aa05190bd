/* flops.c: see flops.h. */
#include "flops.h"

static int64_t size_from_end(const Tensor *t, int d) { return t->ndim >= d ? t->shape[t->ndim - d] : 1; }

/* The two operands of a product of matrices: places among the inputs. */
static int64_t product_flops(const ModeCall *call, int left) {
  const Tensor *a = call->in[left], *out = call->in_place ? call->in[0] : call->out[0];
  return a != NULL && out != NULL ? 2 * out->numel * size_from_end(a, 1) : 0;
}

/* Each element of the result is a sum over a part of the weight. */
static int64_t convolution_flops(const ModeCall *call) {
  const Tensor *weight = call->in[1], *out = call->out[0];
  if (weight == NULL || out == NULL || weight->ndim == 0 || weight->shape[0] == 0) return 0;
  return 2 * out->numel * (weight->numel / weight->shape[0]);
}

int64_t call_flops(const ModeCall *call) {
  if (call->info->kind == KIND_COMPOSITE) return 0; /* what it calls is counted */
  switch (call->op) {
    case OP_MM:
    case OP_BMM:
    case OP_LINEAR: return product_flops(call, 0);
    case OP_ADDMM: return product_flops(call, 1);
    case OP_CONV2D: return convolution_flops(call);
    case OP_ADD:
    case OP_MUL: return call->in[0] != NULL ? call->in[0]->numel : 0;
    default: return 0;
  }
}
