/* index/cpu.c: checks of positions, and small kernels that make or keep places. Inputs are contiguous. */
#include "cpu.h"

bool KERNEL(positions_hold)(const int64_t *index, int64_t n, int64_t size, int dim, bool from_end) {
#pragma omp parallel for if (worth_threads(n, 3))
  for (int64_t at = 0; at < n; at += CHUNK) {
    const int64_t m = n - at < CHUNK ? n - at : CHUNK;
    if (positions_within(index + at, m, size)) continue;
    for (int64_t j = at; j < at + m; j++)
      if (from_end) check_index(index[j], size, dim);
      else check_position(index[j], size, dim);
  }
  return !kernel_faulted();
}

Status KERNEL(positions_begin)(Call *c, int dim, int64_t size) {
  if (c->in[0]->storage != c->out[0]->storage) return tensor_copy_raw(c->out[0], c->in[0]);
  KERNEL(positions_hold)(tensor_data(c->in[1]), c->in[1]->numel, size, dim, false);
  return OK;
}

Status KERNEL(one_hot)(Call *c) {
  const Tensor *in = c->in[0];
  Tensor *out = c->out[0];
  const int64_t *positions = tensor_data(in);
  int64_t *to = tensor_data(out), classes = out->shape[out->ndim - 1];
  memset(to, 0, (size_t)out->numel * sizeof *to);
  for (int64_t i = 0; i < in->numel; i++) {
    const int64_t at = positions[i];
    if (at < 0)
      return fail(ERROR_ARGUMENT, "one_hot: 'input' (argument 1): %s",
                  at == POSITION_ZERO ? "0 is not a position; positions count from 1"
                                      : "positions must not be negative");
    if (at >= classes)
      return fail(ERROR_ARGUMENT, "one_hot: 'input' (argument 1): position %lld is out of range for %lld classes",
                  (long long)at + 1, (long long)classes);
    to[i * classes + at] = 1;
  }
  return OK;
}

/* Row 'r' of a matrix keeps [0, r + diagonal] or [r + diagonal, columns). */
static Status triangle_keep(Call *c, int64_t diagonal, bool lower) {
  Tensor *out = c->out[0];
  int64_t height = out->shape[out->ndim - 2], width = out->shape[out->ndim - 1];
  int64_t rows = width > 0 ? out->numel / width : 0;
  size_t size = tensor_itemsize(out);
  const char *from = tensor_data(c->in[0]);
  char *to = tensor_data(out);
#pragma omp parallel for if (worth_threads(out->numel, 3))
  for (int64_t row = 0; row < rows; row++) {
    double edge = (double)(row % height) + (double)diagonal + (lower ? 1 : 0);
    int64_t cut = edge < 0 ? 0 : edge > (double)width ? width : (int64_t)edge;
    size_t left = (size_t)cut * size, all = (size_t)width * size, at = (size_t)row * all;
    memcpy(to + at, from + at, all);
    if (lower) memset(to + at + left, 0, all - left);
    else memset(to + at, 0, left);
  }
  return OK;
}

Status KERNEL(tril)(Call *c) { return triangle_keep(c, ((const TrilAttrs *)c->attrs)->diagonal, true); }
Status KERNEL(triu)(Call *c) { return triangle_keep(c, ((const TriuAttrs *)c->attrs)->diagonal, false); }
