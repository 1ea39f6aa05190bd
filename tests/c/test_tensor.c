/* test_tensor.c: the tensor library from C, without Lua. Prints what failed; the last
** line is "N passed, N failed". */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/internal.h"
#include "autograd/node.h"

static int passed, failed;

static void check_at(int line, bool ok, const char *what) {
  if (ok) {
    passed++;
    return;
  }
  failed++;
  printf("tests/c/test_tensor.c:%d: %s (last message: %s)\n", line, what, status_message());
}
#define CHECK(condition) check_at(__LINE__, (condition), #condition)
#define CHECK_OK(call) check_at(__LINE__, (call) == OK, #call)

static void fails_at(int line, Status got, Status code, const char *message, const char *what) {
  bool ok = got == code && strcmp(status_message(), message) == 0;
  check_at(line, ok, what);
  if (!ok) printf("    status %d; expected %d: %s\n", got, code, message);
}
#define FAILS(call, code, message) fails_at(__LINE__, (call), code, message, #call)

/* ---- helpers ------------------------------------------------------------------------ */

static Ints sizes(int n, int64_t a, int64_t b) {
  int64_t v[] = {a, b};
  return ints_of(n, v);
}

/* A tensor of these values; aborts the program when there is no memory. */
static Tensor *make(DType dtype, int ndim, int64_t rows, int64_t columns, const double *values) {
  int64_t shape[] = {rows, columns};
  Tensor *t;
  if (tensor_empty_cpu(ndim, shape, dtype, &t) != OK) abort();
  for (int64_t i = 0; i < t->numel; i++)
    element_set(dtype, (char *)tensor_data(t) + i * (int64_t)dtype_size(dtype), scalar_float(values[i]));
  return t;
}
static Tensor *vector(int n, const double *values) { return make(DTYPE_FLOAT64, 1, n, 0, values); }
#define VECTOR(...) \
  vector((int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (double[]){__VA_ARGS__})
static Tensor *number(double x) { return make(DTYPE_FLOAT64, 0, 0, 0, &x); }

/* Element i of t in row-major order. */
static double at(const Tensor *t, int64_t i) {
  int64_t index[TENSOR_MAX_DIMS];
  for (int d = t->ndim - 1; d >= 0; d--) {
    index[d] = i % t->shape[d];
    i /= t->shape[d];
  }
  return scalar_to_double(tensor_get(t, index));
}
static bool holds_n(const Tensor *t, int n, const double *values) {
  if (t == NULL || t->numel != n) return false;
  for (int i = 0; i < n; i++)
    if (fabs(at(t, i) - values[i]) > 1e-12 * (1 + fabs(values[i]))) return false;
  return true;
}
#define HOLDS(t, ...) \
  holds_n(t, (int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (double[]){__VA_ARGS__})

static int64_t bytes_used(void) {
  MemoryStats stats;
  memory_stats(&stats);
  return stats.bytes;
}

static Status add(Tensor *a, Tensor *b, Tensor **out) { return op_add(a, b, scalar_int(1), out); }
static Status sum(Tensor *a, Tensor **out) { return op_sum(a, ints_none(), false, DTYPE_NONE, out); }
static Status add_in_place(Tensor *a, Tensor *b) {
  AddAttrs attrs = {.alpha = scalar_int(1)};
  return op_call_in_place(OP_ADD, (Tensor *[]){a, b}, 2, &attrs);
}

/* ---- memory ------------------------------------------------------------------------- */

static void test_memory(void) {
  MemoryStats before, during, after;
  memory_trim();
  memory_stats(&before);
  CHECK(before.cached == 0);
  memory_reset_peak();
  char *block = memory_alloc(1000);
  CHECK(block != NULL && (uintptr_t)block % 64 == 0);
  memory_stats(&during);
  CHECK(during.blocks == before.blocks + 1);
  CHECK(during.bytes >= before.bytes + 1000 && during.bytes <= before.bytes + 1000 + 1000 / 8 + 64);
  CHECK(during.peak == during.bytes);
  memory_free(block, 1000);
  memory_stats(&after);
  CHECK(after.bytes == before.bytes && after.blocks == before.blocks);
#ifndef HECATE_SANITIZE /* there nothing is kept, so that use after free is seen */
  CHECK(after.cached == during.bytes - before.bytes);
#endif
  CHECK(after.peak == during.peak);
  memory_reset_peak();
  memory_stats(&after);
  CHECK(after.peak == after.bytes);

  char *again = memory_alloc(1000);
#ifndef HECATE_SANITIZE
  CHECK(again == block); /* from the list */
#endif
  again[999] = 7;
  again = memory_realloc(again, 1000, 5000);
  CHECK(again != NULL && again[999] == 7);
  memory_free(again, 5000);
  memory_free(NULL, 0);
  char *zeros = memory_zalloc(1000);
  bool zero = true;
  for (int i = 0; i < 1000; i++) zero = zero && zeros[i] == 0;
  CHECK(zero);
  memory_free(zeros, 1000);
  void *empty = memory_alloc(0);
  CHECK(empty != NULL);
  memory_free(empty, 0);
  for (size_t n = 1; n < (size_t)40 << 20; n = n * 3 / 2 + 1) {
    char *p = memory_alloc(n);
    memset(p, 1, n);
    memory_free(p, n);
  }
  CHECK(bytes_used() == before.bytes);

#ifndef HECATE_SANITIZE
  enum { MANY = 30, LARGE = 4 << 20, LIMIT = 96 << 20 }; /* full lists make room for another size */
  char *many[MANY];
  for (int i = 0; i < MANY; i++) CHECK((many[i] = memory_alloc(LARGE)) != NULL);
  char *other = memory_alloc(LARGE / 2);
  for (int i = 0; i < MANY; i++) memory_free(many[i], LARGE);
  memory_stats(&during);
  CHECK(during.cached <= LIMIT && during.cached > LIMIT - LARGE);
  memory_free(other, LARGE / 2);
  memory_stats(&after);
  CHECK(after.cached <= LIMIT && after.cached % LARGE == LARGE / 2);
#endif
  CHECK(memory_alloc((size_t)1 << 60) == NULL);
  memory_fail_at(2);
  block = memory_alloc(10);
  CHECK(block != NULL);
  CHECK(memory_alloc(10) == NULL);
  char *third = memory_alloc(10);
  CHECK(third != NULL);
  memory_fail_at(0);
  memory_free(block, 10);
  memory_free(third, 10);
  memory_trim();
  memory_stats(&after);
  CHECK(after.bytes == before.bytes && after.blocks == before.blocks && after.cached == 0);
}

/* ---- tensors ------------------------------------------------------------------------ */

static void test_tensors(void) {
  int64_t start = bytes_used();
  char text[SHAPE_TEXT];
  Tensor *x = make(DTYPE_FLOAT32, 2, 2, 3, (double[]){0, 1, 2, 3, 4, 5});
  CHECK(x->numel == 6 && x->stride[0] == 3 && x->stride[1] == 1 && x->offset == 0);
  CHECK(tensor_is_contiguous(x));
  CHECK(strcmp(tensor_text(text, x), "float32 (2×3)") == 0);
  CHECK(at(x, 5) == 5);

  Tensor *turned, *dense, *row;
  CHECK_OK(op_transpose(x, 0, 1, &turned));
  CHECK(turned->storage == x->storage && turned->shape[0] == 3 && turned->shape[1] == 2);
  CHECK(turned->stride[0] == 1 && turned->stride[1] == 3 && !tensor_is_contiguous(turned));
  CHECK(HOLDS(turned, 0, 3, 1, 4, 2, 5));
  CHECK_OK(tensor_contiguous(turned, &dense));
  CHECK(dense->storage != x->storage && tensor_is_contiguous(dense));
  CHECK(HOLDS(dense, 0, 3, 1, 4, 2, 5));
  tensor_release(dense);
  CHECK_OK(tensor_contiguous(x, &dense));
  CHECK(dense == x);
  tensor_release(dense);

  CHECK_OK(op_select(turned, 0, 1, &row));
  CHECK(row->ndim == 1 && row->offset == 1 && row->stride[0] == 3 && HOLDS(row, 1, 4));
  unsigned version = x->storage->version;
  CHECK_OK(op_call_in_place(OP_ZERO, &row, 1, NULL));
  CHECK(HOLDS(x, 0, 0, 2, 3, 0, 5));
  CHECK(x->storage->version == version + 1);
  tensor_release(x); /* the views keep the storage */
  CHECK(HOLDS(turned, 0, 3, 0, 0, 2, 5));
  tensor_release(turned);
  tensor_release(row);

  Tensor *none, *wide, *narrow;
  CHECK_OK(tensor_empty_cpu(2, (int64_t[]){0, 3}, DTYPE_INT64, &none));
  CHECK(none->numel == 0 && tensor_is_contiguous(none));
  CHECK_OK(sum(none, &wide));
  CHECK(HOLDS(wide, 0));
  tensor_release(wide);
  tensor_release(none);
  CHECK(tensor_empty_cpu(2, (int64_t[]){-1, 3}, DTYPE_INT64, &none) == ERROR_ARGUMENT && none == NULL);
  CHECK(tensor_empty_cpu(2, (int64_t[]){INT64_MAX / 2, 9}, DTYPE_INT64, &none) != OK && none == NULL);

  x = VECTOR(1, 2, 3, 4, 5, 6);
  CHECK_OK(op_slice(x, 0, 1, 4, 2, &narrow));
  CHECK(narrow->storage == x->storage && narrow->stride[0] == 2 && at(narrow, 0) == 2 && at(narrow, 1) == 4);
  tensor_release(narrow);
  CHECK_OK(op_narrow(x, 0, 2, 3, &narrow));
  CHECK(HOLDS(narrow, 3, 4, 5));
  tensor_release(narrow);
  FAILS(op_narrow(x, 0, 4, 3, &narrow), ERROR_ARGUMENT,
        "narrow: 3 elements from position 5 do not fit in dimension 1 of size 6");
  CHECK(narrow == NULL);
  FAILS(op_select(x, 0, 6, &narrow), ERROR_ARGUMENT,
        "select: position 7 is out of range for dimension 1 of size 6");
  CHECK_OK(op_view(x, sizes(2, 2, -1), &wide));
  CHECK(wide->ndim == 2 && wide->shape[1] == 3 && wide->storage == x->storage);
  FAILS(op_view(x, sizes(2, 4, 2), &narrow), ERROR_ARGUMENT, "view: shape (4×2) does not hold 6 elements");
  CHECK_OK(op_transpose(wide, 0, 1, &turned));
  CHECK(op_view(turned, sizes(1, 6, 0), &narrow) == ERROR_ARGUMENT);
  CHECK_OK(op_reshape(turned, sizes(1, 6, 0), &narrow));
  CHECK(HOLDS(narrow, 1, 4, 2, 5, 3, 6) && narrow->storage != x->storage);
  tensor_release(narrow);
  tensor_release(turned);
  tensor_release(wide);

  /* a tensor over a storage must lie inside it */
  int64_t shape[] = {2, 2}, stride[] = {2, 1};
  CHECK_OK(tensor_from_storage(x->storage, DTYPE_FLOAT64, 2, 2, shape, stride, &wide));
  CHECK(HOLDS(wide, 3, 4, 5, 6));
  tensor_release(wide);
  CHECK(tensor_from_storage(x->storage, DTYPE_FLOAT64, 3, 2, shape, stride, &wide) == ERROR_ARGUMENT && wide == NULL);
  CHECK_OK(tensor_alias(x, &wide));
  CHECK(wide != x && wide->storage == x->storage && wide->numel == 6);
  tensor_release(wide);
  tensor_release(x);
  CHECK(bytes_used() == start);
}

/* ---- dtypes ------------------------------------------------------------------------- */

static void test_dtypes(void) {
  int64_t start = bytes_used();
  CHECK(dtype_promote(DTYPE_BOOL, DTYPE_UINT8) == DTYPE_UINT8);
  CHECK(dtype_promote(DTYPE_INT64, DTYPE_UINT8) == DTYPE_INT64);
  CHECK(dtype_promote(DTYPE_INT64, DTYPE_FLOAT32) == DTYPE_FLOAT32);
  CHECK(dtype_promote(DTYPE_FLOAT64, DTYPE_FLOAT32) == DTYPE_FLOAT64);
  CHECK(dtype_promote(DTYPE_UINT8, DTYPE_INT8) == DTYPE_INT16);
  CHECK(dtype_promote(DTYPE_FLOAT16, DTYPE_BFLOAT16) == DTYPE_FLOAT32);
  CHECK(dtype_promote(DTYPE_INT64, DTYPE_FLOAT16) == DTYPE_FLOAT16);
  CHECK(dtype_promote(DTYPE_UINT16, DTYPE_INT32) == DTYPE_NONE);
  for (int a = 0; a < DTYPE_COUNT; a++)
    for (int b = 0; b < DTYPE_COUNT; b++)
      if (dtype_promote((DType)a, (DType)b) != dtype_promote((DType)b, (DType)a)) CHECK(false);
  CHECK(dtype_can_cast(DTYPE_BOOL, DTYPE_INT32) && !dtype_can_cast(DTYPE_FLOAT32, DTYPE_INT64));
  CHECK(dtype_can_cast(DTYPE_FLOAT64, DTYPE_FLOAT32));
  DType dtype;
  CHECK(dtype_from_name("int32", &dtype) && dtype == DTYPE_INT32);
  CHECK(!dtype_from_name("int33", &dtype));
  CHECK(strcmp(dtype_name(DTYPE_UINT8), "uint8") == 0 && dtype_size(DTYPE_FLOAT64) == 8);
  CHECK(dtype_set_default(DTYPE_INT64) == ERROR_ARGUMENT && dtype_default() == DTYPE_FLOAT32);

  /* a * b of all pairs */
  for (int a = 0; a < DTYPE_COUNT; a++)
    for (int b = 0; b < DTYPE_COUNT; b++) {
      Tensor *x = make((DType)a, 1, 1, 0, (double[]){1}), *y = make((DType)b, 1, 1, 0, (double[]){1}), *z = NULL;
      Status status = op_mul(x, y, &z);
      bool stored = dtype_is_stored((DType)a) || dtype_is_stored((DType)b);
      check_at(__LINE__, stored ? status == ERROR_ARGUMENT && z == NULL
                                : status == OK && z->dtype == dtype_promote((DType)a, (DType)b) && at(z, 0) == 1,
               dtype_name((DType)a));
      tensor_release(x);
      tensor_release(y);
      tensor_release(z);
    }
  /* a wrapped number changes the category only */
  Tensor *x = make(DTYPE_UINT8, 1, 2, 0, (double[]){1, 2}), *n, *y;
  CHECK_OK(tensor_wrap_number(scalar_int(3), &n));
  CHECK_OK(op_mul(x, n, &y));
  CHECK(y->dtype == DTYPE_UINT8 && HOLDS(y, 3, 6));
  tensor_release(y);
  tensor_release(n);
  CHECK_OK(tensor_wrap_number(scalar_float(0.5), &n));
  CHECK_OK(op_mul(x, n, &y));
  CHECK(y->dtype == DTYPE_FLOAT32 && HOLDS(y, 0.5, 1));
  tensor_release(y);
  FAILS(op_call_in_place(OP_MUL, (Tensor *[]){x, n}, 2, NULL), ERROR_ARGUMENT,
        "mul_: the result is float32 and cannot be stored in a tensor of uint8");
  CHECK(HOLDS(x, 1, 2));
  tensor_release(n);
  CHECK_OK(op_div(x, x, &y)); /* integers divide into floats */
  CHECK(y->dtype == DTYPE_FLOAT32 && HOLDS(y, 1, 1));
  tensor_release(y);
  tensor_release(x);

  /* casts truncate; NaN and what int32 and int64 cannot hold is their smallest number */
  const double values[] = {1e300, -1e300, (double)NAN, 2.9, -2.9, 300, (double)INFINITY};
  for (int from = DTYPE_FLOAT32; from <= DTYPE_FLOAT64; from++) {
    x = make((DType)from, 1, 7, 0, values);
    CHECK_OK(tensor_cast(x, DTYPE_INT32, &y));
    CHECK(HOLDS(y, INT32_MIN, INT32_MIN, INT32_MIN, 2, -2, 300, INT32_MIN));
    tensor_release(y);
    CHECK_OK(tensor_cast(x, DTYPE_UINT8, &y));
    CHECK(HOLDS(y, 0, 0, 0, 2, 254, 44, 0)); /* the low byte of the int64 */
    tensor_release(y);
    CHECK_OK(tensor_cast(x, DTYPE_INT64, &y));
    const int64_t *v = tensor_data(y);
    CHECK(v[0] == INT64_MIN && v[1] == INT64_MIN && v[2] == INT64_MIN && v[3] == 2 && v[4] == -2 && v[6] == INT64_MIN);
    tensor_release(y);
    CHECK_OK(tensor_cast(x, DTYPE_BOOL, &y));
    CHECK(HOLDS(y, 1, 1, 1, 1, 1, 1, 1));
    tensor_release(y);
    CHECK_OK(tensor_cast(x, (DType)from, &y));
    CHECK(y == x);
    tensor_release(y);
    tensor_release(x);
  }
  x = make(DTYPE_INT64, 1, 3, 0, (double[]){-1, 256, 300});
  CHECK_OK(tensor_cast(x, DTYPE_UINT8, &y));
  CHECK(HOLDS(y, 255, 0, 44));
  tensor_release(y);
  tensor_release(x);
  CHECK(scalar_to_int(scalar_float(1e19)) == INT64_MIN && scalar_to_int(scalar_float(NAN)) == INT64_MIN);
  CHECK(bytes_used() == start);
}

/* ---- broadcasting, in place --------------------------------------------------------- */

static void test_broadcast(void) {
  int64_t start = bytes_used();
  Tensor *a = make(DTYPE_FLOAT64, 2, 2, 3, (double[]){1, 2, 3, 4, 5, 6}), *b = VECTOR(10, 20, 30), *c, *column, *bad;
  CHECK_OK(add(a, b, &c));
  CHECK(HOLDS(c, 11, 22, 33, 14, 25, 36));
  tensor_release(c);
  column = make(DTYPE_FLOAT64, 2, 2, 1, (double[]){100, 200});
  CHECK_OK(add(column, b, &c));
  CHECK(c->ndim == 2 && c->shape[0] == 2 && c->shape[1] == 3 && HOLDS(c, 110, 120, 130, 210, 220, 230));
  tensor_release(c);
  bad = VECTOR(1, 2);
  FAILS(add(a, bad, &c), ERROR_ARGUMENT, "add: shapes (2×3) and (2) do not broadcast (dimension 2)");
  CHECK(c == NULL);
  FAILS(add_in_place(b, a), ERROR_ARGUMENT, "add_: the result has shape (2×3), the tensor to hold it (3)");
  int ndim;
  int64_t shape[TENSOR_MAX_DIMS];
  CHECK_OK(broadcast_shape("f", 3, (Tensor *[]){a, b, column}, &ndim, shape));
  CHECK(ndim == 2 && shape[0] == 2 && shape[1] == 3);
  CHECK_OK(op_expand(b, sizes(2, 4, 3), &c));
  CHECK(c->stride[0] == 0 && c->storage == b->storage);
  FAILS(add_in_place(c, b), ERROR_ARGUMENT, "add_: an expanded tensor cannot be changed in place; use :clone()");
  tensor_release(c);

  /* call errors */
  FAILS(op_call(OP_MUL, (Tensor *[]){a, NULL}, 2, NULL, &c), ERROR_ARGUMENT, "mul: argument 2 is missing");
  Tensor *truth = make(DTYPE_BOOL, 1, 3, 0, (double[]){1, 0, 1});
  FAILS(op_bitwise_and(b, b, &c), ERROR_ARGUMENT, "bitwise_and: not defined for tensors of dtype float64");
  FAILS(op_where(b, b, b, &c), ERROR_ARGUMENT, "where: 'condition' (argument 1): expected a tensor of bool, got float64");
  FAILS(op_matmul(a, a, &c), ERROR_ARGUMENT,
        "matmul: 'other' (argument 2): inner dimensions differ: (2×3) × (2×3)");
  CHECK(op_sum(a, sizes(1, 2, 0), false, DTYPE_NONE, &c) == ERROR_ARGUMENT && c == NULL);
  FAILS(op_sum(a, sizes(1, 2, 0), false, DTYPE_NONE, &c), ERROR_ARGUMENT,
        "sum: dimension 3 is out of range; the tensor has 2 dimensions");
  FAILS(op_transpose(a, 0, -3, &c), ERROR_ARGUMENT,
        "transpose: dimension -3 is out of range; the tensor has 2 dimensions");
  tensor_release(truth);

  /* operands that overlap the target are read before it is written */
  Tensor *x = VECTOR(1, 2, 3, 4, 5), *head, *tail;
  CHECK_OK(op_narrow(x, 0, 0, 4, &head));
  CHECK_OK(op_narrow(x, 0, 1, 4, &tail));
  CHECK_OK(add_in_place(tail, head));
  CHECK(HOLDS(x, 1, 3, 5, 7, 9));
  CHECK_OK(add_in_place(head, tail));
  CHECK(HOLDS(x, 4, 8, 12, 16, 9));
  CHECK_OK(op_call_in_place(OP_COPY, (Tensor *[]){tail, head}, 2, NULL));
  CHECK(HOLDS(x, 4, 4, 8, 12, 16));
  CHECK_OK(add_in_place(x, x));
  CHECK(HOLDS(x, 8, 8, 16, 24, 32));
  tensor_release(head);
  tensor_release(tail);
  tensor_release(x);
  x = make(DTYPE_FLOAT64, 2, 2, 2, (double[]){1, 2, 3, 4});
  CHECK_OK(op_t(x, &tail));
  CHECK_OK(add_in_place(x, tail));
  CHECK(HOLDS(x, 2, 5, 5, 8));
  tensor_release(tail);
  tensor_release(x);
  tensor_release(a);
  tensor_release(b);
  tensor_release(bad);
  tensor_release(column);
  CHECK(bytes_used() == start);
}

/* ---- autograd ----------------------------------------------------------------------- */

static Status backward(Tensor *root) {
  return autograd_backward("backward", 1, &root, (Tensor *[]){NULL}, false, false, 0, NULL, NULL);
}

static void test_autograd(void) {
  int64_t start = bytes_used();
  Tensor *x = VECTOR(1, 2, 3), *y, *z;
  CHECK(tensor_is_leaf(x) && !tensor_requires_grad(x));
  CHECK_OK(tensor_set_requires_grad(x, true));
  CHECK_OK(op_mul(x, x, &y));
  CHECK(!tensor_is_leaf(y) && tensor_requires_grad(y));
  CHECK(strcmp(node_name(tensor_grad_fn(y)), "MulBackward") == 0);
  CHECK(node_input_count(tensor_grad_fn(y)) == 2);
  FAILS(backward(y), ERROR_ARGUMENT,
        "backward: 'gradient' (argument 1): needed unless the tensor has one element, got float64 (3)");
  CHECK_OK(sum(y, &z));
  tensor_release(y);
  CHECK_OK(backward(z));
  CHECK(HOLDS(tensor_grad(x), 2, 4, 6));
  CHECK(backward(z) == ERROR_ARGUMENT); /* the graph is gone */
  tensor_release(z);
  CHECK_OK(op_exp(x, &y)); /* gradients add up */
  CHECK_OK(sum(y, &z));
  CHECK_OK(backward(z));
  CHECK(HOLDS(tensor_grad(x), 2 + exp(1), 4 + exp(2), 6 + exp(3)));
  tensor_release(y);
  tensor_release(z);
  CHECK_OK(tensor_set_grad(x, NULL));
  CHECK(tensor_grad(x) == NULL);

  /* broadcasting is summed away */
  Tensor *w = make(DTYPE_FLOAT64, 2, 2, 1, (double[]){5, 7});
  CHECK_OK(tensor_set_requires_grad(w, true));
  CHECK_OK(op_mul(x, w, &y));
  CHECK_OK(sum(y, &z));
  CHECK_OK(backward(z));
  CHECK(HOLDS(tensor_grad(x), 12, 12, 12));
  CHECK(HOLDS(tensor_grad(w), 6, 6) && tensor_grad(w)->ndim == 2);
  tensor_release(w);
  tensor_release(y);
  tensor_release(z);
  CHECK_OK(tensor_set_grad(x, NULL));

  /* second order: x^3 → 3x² → 6x */
  Tensor *square, *first = NULL, *second = NULL, *root;
  CHECK_OK(op_mul(x, x, &square));
  CHECK_OK(op_mul(square, x, &y));
  CHECK_OK(sum(y, &z));
  CHECK_OK(autograd_backward("grad", 1, &z, (Tensor *[]){NULL}, true, true, 1, &x, &first));
  CHECK(HOLDS(first, 3, 12, 27) && tensor_requires_grad(first));
  CHECK_OK(sum(first, &root));
  CHECK_OK(autograd_backward("grad", 1, &root, (Tensor *[]){NULL}, false, false, 1, &x, &second));
  CHECK(HOLDS(second, 6, 12, 18) && !tensor_requires_grad(second));
  CHECK(tensor_grad(x) == NULL);
  tensor_release(square);
  tensor_release(y);
  tensor_release(z);
  tensor_release(first);
  tensor_release(second);
  tensor_release(root);

  /* what was kept must not change */
  CHECK_OK(op_exp(x, &y));
  CHECK_OK(op_call_in_place(OP_ZERO, &y, 1, NULL));
  tensor_release(y);
  CHECK_OK(op_exp(x, &y));
  bool was = grad_set_enabled(false);
  CHECK(was);
  CHECK_OK(op_call_in_place(OP_ZERO, &y, 1, NULL));
  grad_set_enabled(was);
  CHECK_OK(sum(y, &z));
  FAILS(backward(z), ERROR_ARGUMENT,
        "backward: a tensor (float64 (3)) that ExpBackward needs was changed in place after it was used: "
        "its version is 1, expected 0");
  CHECK(tensor_grad(x) == NULL);
  tensor_release(y);
  tensor_release(z);
  FAILS(add_in_place(x, x), ERROR_ARGUMENT,
        "add_: a leaf that requires a gradient cannot be changed in place; use torch.no_grad");
  CHECK(HOLDS(x, 1, 2, 3));

  /* without gradients nothing is noted */
  was = grad_set_enabled(false);
  CHECK_OK(op_exp(x, &y));
  CHECK(!tensor_requires_grad(y) && tensor_grad_fn(y) == NULL);
  grad_set_enabled(was);
  tensor_release(y);
  CHECK_OK(tensor_detach(x, &y));
  CHECK(!tensor_requires_grad(y) && y->storage == x->storage);
  FAILS(backward(y), ERROR_ARGUMENT, "backward: the tensor does not require a gradient and has no history");
  tensor_release(y);
  Tensor *whole = make(DTYPE_INT64, 1, 1, 0, (double[]){1});
  FAILS(tensor_set_requires_grad(whole, true), ERROR_ARGUMENT,
        "requires_grad: only floating point and complex tensors can have gradients, got int64");
  tensor_release(whole);
  tensor_release(x);
  CHECK(bytes_used() == start);
}

/* A chain of 100 000 steps: neither its backward pass nor its end may recurse. */
static void test_deep(void) {
  int64_t start = bytes_used();
  for (int released = 0; released < 2; released++) {
    Tensor *x = number(1), *n, *y = tensor_retain(x);
    CHECK_OK(tensor_wrap_number(scalar_float(1), &n));
    CHECK_OK(tensor_set_requires_grad(x, true));
    Status status = OK;
    for (int i = 0; i < 100000 && status == OK; i++) {
      Tensor *next;
      status = i % 2 ? op_mul(y, n, &next) : add(y, n, &next);
      tensor_release(y);
      y = next;
    }
    CHECK_OK(status);
    CHECK(HOLDS(y, 50001));
    if (!released) {
      CHECK_OK(backward(y));
      CHECK(HOLDS(tensor_grad(x), 1));
    }
    tensor_release(y);
    tensor_release(n);
    tensor_release(x);
  }
  CHECK(bytes_used() == start);
}

/* ---- allocations that fail ---------------------------------------------------------- */

/* Forward, in place, backward, second order. */
static Status small_graph(Tensor **x, Tensor **w, Tensor **t) {
  int64_t shape[] = {2, 3}, turned[] = {3, 2};
  TRY(tensor_empty_cpu(2, shape, DTYPE_FLOAT64, x));
  TRY(tensor_empty_cpu(2, turned, DTYPE_FLOAT32, w));
  tensor_fill_raw(*x, scalar_float(0.5));
  tensor_fill_raw(*w, scalar_float(0.25));
  TRY(tensor_set_requires_grad(*x, true));
  TRY(tensor_set_requires_grad(*w, true));
  TRY(op_cast(*w, DTYPE_FLOAT64, &t[0]));
  TRY(op_matmul(*x, t[0], &t[1]));
  TRY(op_tanh(t[1], &t[2]));
  TRY(op_select(t[2], 0, 1, &t[3]));
  TRY(add(t[2], t[3], &t[4]));
  TRY(add_in_place(t[4], t[3]));
  TRY(op_cat(2, (Tensor *[]){t[4], t[1]}, 0, &t[5]));
  TRY(sum(t[5], &t[6]));
  TRY(autograd_backward("grad", 1, &t[6], (Tensor *[]){NULL}, true, true, 1, x, &t[7]));
  TRY(op_mul(t[7], t[7], &t[8]));
  TRY(sum(t[8], &t[9]));
  TRY(add(t[9], t[6], &t[10]));
  return backward(t[10]);
}

static void test_failures(void) {
  int64_t start = bytes_used();
  int n = 0, wrong = 0, leaks = 0;
  Status status = ERROR_MEMORY;
  double first = 0;
  while (status != OK && n < 5000) {
    n++;
    Tensor *x = NULL, *w = NULL, *t[11] = {0};
    memory_fail_at(n);
    status = small_graph(&x, &w, t);
    memory_fail_at(0);
    if (status != OK && status != ERROR_MEMORY) wrong++;
    if (status == OK) {
      CHECK(tensor_grad(x) != NULL && tensor_grad(w) != NULL && tensor_grad(w)->dtype == DTYPE_FLOAT32);
      first = at(tensor_grad(x), 0);
    }
    for (int i = 0; i < 11; i++) tensor_release(t[i]);
    tensor_release(x);
    tensor_release(w);
    if (bytes_used() != start && leaks++ == 0)
      printf("    %lld bytes are left when allocation %d fails\n", (long long)(bytes_used() - start), n);
  }
  CHECK_OK(status);
  CHECK(n > 50);
  CHECK(wrong == 0);
  CHECK(leaks == 0);
  CHECK(isfinite(first) && first != 0);
  CHECK(bytes_used() == start);
}

/* A gradient made of ops fails as they do: an interrupt is not told as a lack of memory. */
static void test_interrupted_gradient(void) {
  int64_t start = bytes_used();
  Tensor *x = NULL, *y = NULL, *g = NULL;
  CHECK_OK(tensor_empty_cpu(2, (int64_t[]){4, 3}, DTYPE_FLOAT64, &x));
  for (int i = 0; i < 12; i++) ((double *)tensor_data(x))[i] = i * i;
  CHECK_OK(tensor_set_requires_grad(x, true));
  CHECK_OK(op_batch_norm(x, NULL, NULL, NULL, NULL, true, 0.1, 1e-5, &y));
  CHECK_OK(op_ones_like(y, DTYPE_NONE, &g));
  interrupt_request();
  Status status = autograd_backward("backward", 1, &y, &g, true, true, 0, NULL, NULL);
  interrupt_clear();
  CHECK(status == ERROR_INTERRUPT);
  CHECK(strcmp(status_message(), "interrupted") == 0);
  CHECK_OK(autograd_backward("backward", 1, &y, &g, true, true, 0, NULL, NULL));
  CHECK(tensor_grad(x) != NULL && fabs(at(tensor_grad(x), 0)) < 1e-6); /* y is centred, so its sum does not depend on x */
  CHECK_OK(tensor_set_grad(x, NULL));
  tensor_release(x);
  tensor_release(y);
  tensor_release(g);
  CHECK(bytes_used() == start);
}

int main(void) {
  test_memory();
  test_tensors();
  test_dtypes();
  test_broadcast();
  test_autograd();
  test_deep();
  test_failures();
  test_interrupted_gradient();
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
