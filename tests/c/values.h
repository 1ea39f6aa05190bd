/* values.h: small tensors of given values, and what they hold. */
#ifndef HECATE_TESTS_VALUES_H
#define HECATE_TESTS_VALUES_H

#include <math.h>
#include <stdlib.h>

#include "core/internal.h"

static inline Ints sizes(int n, int64_t a, int64_t b) {
  int64_t v[] = {a, b};
  return ints_of(n, v);
}

/* A tensor of these values; aborts the program when there is no memory. */
static inline Tensor *make(DType dtype, int ndim, int64_t rows, int64_t columns, const double *values) {
  int64_t shape[] = {rows, columns};
  Tensor *t;
  if (tensor_empty_cpu(ndim, shape, dtype, &t) != OK) abort();
  for (int64_t i = 0; i < t->numel; i++)
    element_set(dtype, (char *)tensor_data(t) + i * (int64_t)dtype_size(dtype), scalar_float(values[i]));
  return t;
}
static inline Tensor *vector(int n, const double *values) { return make(DTYPE_FLOAT64, 1, n, 0, values); }
#define VECTOR(...) \
  vector((int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (double[]){__VA_ARGS__})
static inline Tensor *number(double x) { return make(DTYPE_FLOAT64, 0, 0, 0, &x); }

/* Element i of t in row-major order. */
static inline double at(const Tensor *t, int64_t i) {
  int64_t index[TENSOR_MAX_DIMS];
  for (int d = t->ndim - 1; d >= 0; d--) {
    index[d] = i % t->shape[d];
    i /= t->shape[d];
  }
  return scalar_to_double(tensor_get(t, index));
}
static inline bool holds_n(const Tensor *t, int n, const double *values) {
  if (t == NULL || t->numel != n) return false;
  for (int i = 0; i < n; i++)
    if (fabs(at(t, i) - values[i]) > 1e-12 * (1 + fabs(values[i]))) return false;
  return true;
}
#define HOLDS(t, ...) \
  holds_n(t, (int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (double[]){__VA_ARGS__})

/* ---- calls with the usual options -------------------------------------------------- */

static inline Status add(Tensor *a, Tensor *b, Tensor **out) { return op_add(a, b, scalar_int(1), out); }
static inline Status sum(Tensor *a, Tensor **out) { return op_sum(a, ints_none(), false, DTYPE_NONE, out); }
static inline Status add_in_place(Tensor *a, Tensor *b) {
  AddAttrs attrs = {.alpha = scalar_int(1)};
  return op_call_in_place(OP_ADD, (Tensor *[]){a, b}, 2, &attrs);
}

#endif
