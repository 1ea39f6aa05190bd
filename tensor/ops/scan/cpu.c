/* scan/cpu.c: scans along one dimension of contiguous tensors, outer × n × inner. */
#include "device/cpu/kernel.h"

#define SCAN_TILE 256 /* columns that are scanned together */

/* A slice of n × inner elements, or the columns [first, first + width) of it. */
typedef struct {
  const void *in, *factor;
  void *out;
  int64_t *index;
  int64_t n, inner, first, width;
  bool flag; /* largest: of cummax and cummin; reverse: of linear_scan */
} Scan;

#define BODY "ops/scan/product_body.h"
#include "each_any.h"
#define BODY "ops/scan/extreme_body.h"
#include "each_all.h"
#define BODY "ops/scan/logcumsumexp_body.h"
#include "each_float.h"
#define BODY "ops/scan/logcumsumexp_complex_body.h"
#include "each_complex.h"
#define BODY "ops/scan/linear_body.h"
#include "each_float.h"
#define BODY "ops/scan/linear_body.h"
#include "each_complex.h"

typedef void (*ScanFn)(const Scan *s);
static const ScanFn product_scans[DTYPE_COUNT] = ANY_TABLE(scan_product);
static const ScanFn extreme_scans[DTYPE_COUNT] = ALL_TABLE(scan_extreme);
static const ScanFn log_scans[DTYPE_COUNT] = {FLOAT_ENTRIES(scan_logcumsumexp),
                                              COMPLEX_ENTRIES(scan_logcumsumexp)};
static const ScanFn linear_scans[DTYPE_COUNT] = {FLOAT_ENTRIES(scan_linear), COMPLEX_ENTRIES(scan_linear)};

/* Runs a scan of in[last] into out[0], and its positions into 'index' unless that is NULL. */
static Status scan_along(Call *c, int64_t dim, const ScanFn *table, const Tensor *in, Tensor *index, bool flag) {
  const Tensor *out = c->out[0];
  const ScanFn scan = table[out->dtype];
  int64_t outer = 1, n = 1, inner = 1;
  int at;
  TRY(resolve_dim(c->info->lua_name, dim, out->ndim, &at));
  if (out->numel == 0) return OK;
  for (int d = 0; d < out->ndim; d++) *(d < at ? &outer : d == at ? &n : &inner) *= out->shape[d];
  const int64_t tiles = (inner + SCAN_TILE - 1) / SCAN_TILE, tasks = outer * tiles;
  const size_t size = tensor_itemsize(out);
#pragma omp parallel for schedule(static) if (tasks > 1 && worth_threads(out->numel, 16))
  for (int64_t t = 0; t < tasks; t++) {
    if (interrupt_requested()) continue;
    const int64_t slice = t / tiles * n * inner, first = t % tiles * SCAN_TILE;
    Scan s = {.n = n, .inner = inner, .first = first, .flag = flag,
              .width = inner - first < SCAN_TILE ? inner - first : SCAN_TILE};
    s.in = (const char *)tensor_data(in) + (size_t)slice * size;
    s.factor = (const char *)tensor_data(c->in[0]) + (size_t)slice * size;
    s.out = (char *)tensor_data(out) + (size_t)slice * size;
    s.index = index != NULL ? (int64_t *)tensor_data(index) + slice : NULL;
    scan(&s);
  }
  return OK;
}

Status KERNEL(cumprod)(Call *c) {
  Tensor *in;
  TRY(tensor_cast(c->in[0], (DType)c->out[0]->dtype, &in));
  Status status = scan_along(c, ((const CumprodAttrs *)c->attrs)->dim, product_scans, in, NULL, false);
  tensor_release(in);
  return status;
}
Status KERNEL(logcumsumexp)(Call *c) {
  return scan_along(c, ((const LogcumsumexpAttrs *)c->attrs)->dim, log_scans, c->in[0], NULL, false);
}
Status KERNEL(cummax)(Call *c) {
  return scan_along(c, ((const CummaxAttrs *)c->attrs)->dim, extreme_scans, c->in[0], c->out[1], true);
}
Status KERNEL(cummin)(Call *c) {
  return scan_along(c, ((const CumminAttrs *)c->attrs)->dim, extreme_scans, c->in[0], c->out[1], false);
}
Status KERNEL(linear_scan)(Call *c) {
  const LinearScanAttrs *a = c->attrs;
  return scan_along(c, a->dim, linear_scans, c->in[1], NULL, a->reverse);
}
