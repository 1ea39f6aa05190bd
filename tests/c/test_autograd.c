/* test_autograd.c: gradients from C: the backward pass, second order, deep graphs, allocations that fail on the way. */
#include <math.h>

#include "autograd/node.h"
#include "check.h"
#include "values.h"

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
  /* y is centred, so its sum does not depend on x */
  CHECK(tensor_grad(x) != NULL && fabs(at(tensor_grad(x), 0)) < 1e-6);
  CHECK_OK(tensor_set_grad(x, NULL));
  tensor_release(x);
  tensor_release(y);
  tensor_release(g);
  CHECK(bytes_used() == start);
}

int main(void) {
  test_autograd();
  test_deep();
  test_failures();
  test_interrupted_gradient();
  return check_result();
}
