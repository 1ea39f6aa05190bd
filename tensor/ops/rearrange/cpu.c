/* rearrange/cpu.c: flip. */
#include "device/cpu/kernel.h"

/* Copies a row of n elements of 'size' bytes in reverse order. Each size that dtypes have gets a loop of its own, in
** which it is a constant. */
static void flip_row(const char *from, char *to, int64_t n, size_t size) {
#define FLIP_ROW(bytes) \
  for (int64_t i = 0; i < n; i++) memcpy(to + (size_t)i * (bytes), from + (size_t)(n - 1 - i) * (bytes), bytes)
  switch (size) {
    case 1: FLIP_ROW(1); break;
    case 2: FLIP_ROW(2); break;
    case 4: FLIP_ROW(4); break;
    case 8: FLIP_ROW(8); break;
    default: FLIP_ROW(size);
  }
#undef FLIP_ROW
}

Status KERNEL(flip)(Call *c) {
  const FlipAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  const size_t size = tensor_itemsize(in);
  const int last = in->ndim - 1;
  uint32_t dims;
  TRY(resolve_dims("flip", &a->dims, in->ndim, &dims));
  if (a->dims.n == 0) dims = 0; /* resolve_dims takes an empty list for all dimensions; flip flips none then */
  if (in->numel == 0) return OK;
  const int64_t n = last >= 0 ? in->shape[last] : 1, rows = in->numel / n;
  const char *x = tensor_data(in);
  char *o = tensor_data(c->out[0]);
#pragma omp parallel for schedule(static) if (rows > 1 && worth_threads(in->numel, 4))
  for (int64_t r = 0; r < rows; r++) {
    int64_t from = 0, rest = r, step = 1; /* from: the row of the input that becomes row r */
    for (int d = last - 1; d >= 0; d--) {
      const int64_t m = in->shape[d], at = rest % m;
      from += ((dims >> d & 1) != 0 ? m - 1 - at : at) * step;
      rest /= m, step *= m;
    }
    const char *row = x + (size_t)(from * n) * size;
    char *to = o + (size_t)(r * n) * size;
    if (last >= 0 && (dims >> last & 1) != 0) flip_row(row, to, n, size);
    else memcpy(to, row, (size_t)n * size);
  }
  return OK;
}
