/* softmax/cuda.c: softmax, log_softmax and their gradients on CUDA. */
#include "device/cuda/cuda.h"
#include "ops/softmax/cuda.h"

static Status softmax_run(Call *c, int64_t dim, bool log, const Tensor *x, const Tensor *y) {
  Tensor *out = c->out[0];
  int at;
  Softmax s = {.x = tensor_data(x), .y = y != NULL ? tensor_data(y) : NULL, .out = tensor_data(out),
               .lines = 1, .n = 1, .inner = 1, .log = log};
  TRY(host->resolve_dim(c->info->lua_name, dim, out->ndim, &at));
  for (int d = 0; d < out->ndim; d++) *(d < at ? &s.lines : d == at ? &s.n : &s.inner) *= out->shape[d];
  s.lines *= s.inner;
  if (out->numel == 0) return OK;
  const CudaShape shape = launch_lines(s.lines, s.n, s.inner > 1, SOFTMAX_THREADS);
  const char *kernel = y == NULL ? "softmax_forward" : "softmax_backward";
  return launch_named(tensor_device(out), (DType)out->dtype, "softmax", kernel, &shape, 0, (void *[]){&s});
}

static Status softmax_forward(Call *c, int64_t dim, bool log) {
  Tensor *in;
  TRY(host->tensor_cast(c->in[0], (DType)c->out[0]->dtype, &in));
  Status status = softmax_run(c, dim, log, in, NULL);
  host->tensor_release(in);
  return status;
}

Status cuda_softmax(Call *c) { return softmax_forward(c, ((const SoftmaxAttrs *)c->attrs)->dim, false); }
Status cuda_log_softmax(Call *c) { return softmax_forward(c, ((const LogSoftmaxAttrs *)c->attrs)->dim, true); }
Status cuda_softmax_backward(Call *c) {
  return softmax_run(c, ((const SoftmaxBackwardAttrs *)c->attrs)->dim, false, c->in[0], c->in[1]);
}
Status cuda_log_softmax_backward(Call *c) {
  return softmax_run(c, ((const LogSoftmaxBackwardAttrs *)c->attrs)->dim, true, c->in[0], c->in[1]);
}
