/* distance/cpu.c: distances of rows. The rows of x2 are packed in panels, of which as many distances are computed at
** once as registers hold. */
#include "device/cpu/panel.h"

#define BODY "ops/distance/root_body.h"
#include "each_float.h"

typedef void (*RootFn)(int64_t n, void *squares);
static const RootFn distance_roots[DTYPE_COUNT] = FLOAT_TABLE(distance_root);

/* The distances of one sample. */
static Status distances_of(const Tensor *x1, const Tensor *x2, Tensor *out, int64_t sample) {
  const DType dtype = (DType)out->dtype;
  const int64_t size = (int64_t)dtype_size(dtype), n = x1->shape[1], m = x2->shape[1], k = x1->shape[2];
  const char *a = (const char *)tensor_data(x1) + sample * n * k * size;
  char *to = (char *)tensor_data(out) + sample * n * m * size;
  const Matrix columns = {(const char *)tensor_data(x2) + sample * m * k * size, k, m, 1, k};
  Panels panels;
  TRY(KERNEL(panels_pack)(dtype, columns, &panels));
  KERNEL(panels_squares)(&panels, n, a, k, to, m);
  KERNEL(panels_free)(&panels);
#pragma omp parallel for schedule(static) if (worth_threads(n * m, 2))
  for (int64_t i = 0; i < n; i++) distance_roots[dtype](m, to + i * m * size);
  return OK;
}

Status KERNEL(euclidean_distances)(Call *c) {
  const Tensor *x1 = c->in[0], *x2 = c->in[1];
  Tensor *out = c->out[0];
  const int64_t samples = x1->shape[0], k = x1->shape[2];
  atomic_int worst = OK;
  if (out->numel == 0) return OK;
  if (k == 0) return memset(tensor_data(out), 0, (size_t)out->numel * tensor_itemsize(out)), OK;
  const int cost = (int)(k < 8000 ? k / 8 + 1 : 1000);
#pragma omp parallel for schedule(static) if (samples > 1 && worth_threads(out->numel, cost))
  for (int64_t i = 0; i < samples; i++) {
    if (worst != OK || interrupt_requested()) continue;
    const Status status = distances_of(x1, x2, out, i);
    if (status != OK) worst = status;
  }
  if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
  return worst == OK ? OK : fail_memory((size_t)(k * x2->shape[1]) * tensor_itemsize(out));
}
