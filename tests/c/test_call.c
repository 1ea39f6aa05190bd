/* test_call.c: calls of ops from C: broadcasting, results in place, operands that overlap, what is refused. */
#include "check.h"
#include "values.h"

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
  FAILS(op_where(b, b, b, &c), ERROR_ARGUMENT,
        "where: 'condition' (argument 1): expected a tensor of bool, got float64");
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

int main(void) {
  test_broadcast();
  return check_result();
}
