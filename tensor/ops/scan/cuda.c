/* scan/cuda.c: scans, running sums among them, on CUDA. */
#include "device/cuda/cuda.h"
#include "ops/scan/cuda.h"

/* Scans 'in', which has the dtype of the result, along 'dim'. */
static Status scan_lines(Call *c, const char *kernel, int64_t dim, const Tensor *in, ScanLines *s) {
  const Tensor *out = c->out[0];
  int at;
  TRY(host->resolve_dim(c->info->lua_name, dim, out->ndim, &at));
  s->x = tensor_data(in);
  s->out = tensor_data(out);
  s->lines = s->n = s->inner = 1;
  for (int d = 0; d < out->ndim; d++) *(d < at ? &s->lines : d == at ? &s->n : &s->inner) *= out->shape[d];
  s->lines *= s->inner;
  if (out->numel == 0) return OK;
  return launch_named(tensor_device(out), (DType)out->dtype, "scan", kernel, NULL, s->lines, (void *[]){s});
}

/* The sums and products of integers are int64. */
static Status scan_cast(Call *c, const char *kernel, int64_t dim, bool reverse) {
  ScanLines s = {.reverse = reverse};
  Tensor *in;
  TRY(host->tensor_cast(c->in[0], (DType)c->out[0]->dtype, &in));
  const Status status = scan_lines(c, kernel, dim, in, &s);
  host->tensor_release(in);
  return status;
}

Status cuda_cumsum(Call *c) { return scan_cast(c, "scan_sum", ((const CumsumAttrs *)c->attrs)->dim, false); }
Status cuda_cumsum_reverse(Call *c) {
  return scan_cast(c, "scan_sum", ((const CumsumReverseAttrs *)c->attrs)->dim, true);
}
Status cuda_cumprod(Call *c) { return scan_cast(c, "scan_product", ((const CumprodAttrs *)c->attrs)->dim, false); }

static Status scan_extreme(Call *c, int64_t dim, bool largest) {
  ScanLines s = {.largest = largest, .index = tensor_data(c->out[1])};
  return scan_lines(c, "scan_extreme", dim, c->in[0], &s);
}
Status cuda_cummax(Call *c) { return scan_extreme(c, ((const CummaxAttrs *)c->attrs)->dim, true); }
Status cuda_cummin(Call *c) { return scan_extreme(c, ((const CumminAttrs *)c->attrs)->dim, false); }

Status cuda_logcumsumexp(Call *c) {
  ScanLines s = {.largest = 0};
  return scan_lines(c, "scan_logcumsumexp", ((const LogcumsumexpAttrs *)c->attrs)->dim, c->in[0], &s);
}

Status cuda_linear_scan(Call *c) {
  const LinearScanAttrs *a = c->attrs;
  ScanLines s = {.reverse = a->reverse, .factor = tensor_data(c->in[0])};
  return scan_lines(c, "scan_linear", a->dim, c->in[1], &s);
}
