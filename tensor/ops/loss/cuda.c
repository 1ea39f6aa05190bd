/* loss/cuda.c: nll_loss and its gradient on CUDA. A class that is none is noted, and told by the next call that
** waits. */
#include "device/cuda/cuda.h"
#include "ops/loss/cuda.h"

static void *nll_data(const Tensor *t) { return t != NULL ? tensor_data(t) : NULL; }

/* Of an input of this shape: N × C × inner, or C alone. */
static Nll nll_of(int ndim, const int64_t *shape, int64_t ignore, int reduction) {
  Nll k = {.n = ndim == 1 ? 1 : shape[0], .classes = shape[ndim == 1 ? 0 : 1], .inner = 1, .ignore = ignore,
           .reduction = reduction};
  for (int d = 2; d < ndim; d++) k.inner *= shape[d];
  return k;
}

Status cuda_nll_loss(Call *c) {
  const NllLossAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  const CudaShape one = {{1, 1, 1}, {NLL_THREADS, 1, 1}};
  Nll k = nll_of(in->ndim, in->shape, a->ignore_index, a->reduction);
  k.x = tensor_data(in);
  k.target = tensor_data(c->in[1]);
  k.weight = nll_data(c->in[2]);
  k.out = tensor_data(c->out[0]);
  k.used = tensor_data(c->out[1]);
  return launch_named(tensor_device(in), (DType)in->dtype, "loss", "nll_forward", &one, 0, (void *[]){&k});
}

Status cuda_nll_loss_backward(Call *c) {
  const NllLossBackwardAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  Nll k = nll_of(out->ndim, out->shape, a->ignore_index, a->reduction);
  TRY(cuda_clear(out));
  if (out->numel == 0) return OK;
  k.x = tensor_data(c->in[0]);
  k.target = tensor_data(c->in[1]);
  k.weight = nll_data(c->in[2]);
  k.total = nll_data(c->in[3]);
  k.out = tensor_data(out);
  return launch_named(tensor_device(out), (DType)out->dtype, "loss", "nll_backward", NULL, k.n * k.inner,
                      (void *[]){&k});
}
