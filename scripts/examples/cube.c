/* cube.c: a program in C that uses Hecate's tensors, and adds an op of its own to them: x³ · by, with its gradient.
**
**   cc cube.c $(pkg-config --cflags --libs hecate) -o cube && ./cube
*/
#include <stdio.h>
#include <stdlib.h>

#include "call/op.h"

/* What the op is told beside its inputs. */
typedef struct {
  double by;
} CubeAttrs;

static OpId cube;

/* A strip of n elements: p[0] is the result, p[1] the input; steps are in bytes. */
static void cube_strip(int64_t n, char *const *p, const int64_t *step, const void *attrs) {
  const CubeAttrs *a = attrs;
  for (int64_t i = 0; i < n; i++) {
    const double x = *(const double *)(p[1] + i * step[1]);
    *(double *)(p[0] + i * step[0]) = a->by * x * x * x;
  }
}

/* The gradient is 3 · by · x² · grad, made of ops, so that it has a gradient itself. */
static Status cube_backward(Backward *c) {
  const CubeAttrs *a = c->attrs;
  Tensor *square = NULL, *factor = NULL, *slope = NULL;
  Status status = op_square(c->input[0], &square);
  if (status == OK) status = tensor_wrap_number(scalar_float(3 * a->by), &factor);
  if (status == OK) status = op_mul(square, factor, &slope);
  if (status == OK) status = op_mul(slope, c->grad[0], &c->result[0]);
  tensor_release(square);
  tensor_release(factor);
  tensor_release(slope);
  return status;
}

/* One row of the table of ops, added while the program runs. What it points to stays. */
static Status cube_register(void) {
  static const OpArg args[] = {
      {.name = "input", .type = ARG_TENSOR},
      {.name = "by", .default_text = "1", .type = ARG_FLOAT, .optional = true, .offset = offsetof(CubeAttrs, by)}};
  static const CubeAttrs defaults = {1};
  static const StripFn strips[DTYPE_COUNT] = {[DTYPE_FLOAT64] = cube_strip};
  const OpInfo info = {.name = "cube",
                       .signature = "(input: Tensor, by: float = 1) -> Tensor",
                       .doc = "x³ · by.",
                       .kind = KIND_ELEMENTWISE,
                       .args = args,
                       .n_args = 2,
                       .defaults = &defaults,
                       .attrs_size = sizeof defaults,
                       .n_inputs = 1,
                       .n_outputs = 1,
                       .n_returned = 1,
                       .types = 1u << DTYPE_FLOAT64,
                       .strips = strips,
                       .differentiable = 1, /* bit 0: the first input */
                       .save_inputs = 1,
                       .backward = cube_backward};
  return op_register(&info, &cube);
}

/* Every function that can fail gives a status; the message of the last failure stays in the thread. */
static void check(Status status) {
  if (status == OK) return;
  fprintf(stderr, "%s\n", status_message());
  exit(1);
}

int main(void) {
  const int64_t shape[] = {3};
  const CubeAttrs attrs = {.by = 2};
  Tensor *x, *y, *sum, *grads[1] = {NULL};
  check(cube_register());
  check(tensor_empty_cpu(1, shape, DTYPE_FLOAT64, &x));
  double *data = tensor_data(x);
  for (int i = 0; i < 3; i++) data[i] = i + 1;
  check(tensor_set_requires_grad(x, true));
  check(op_call(cube, &x, 1, &attrs, &y)); /* 2 16 54 */
  check(op_sum(y, ints_none(), false, DTYPE_NONE, &sum));
  check(autograd_backward("backward", 1, &sum, NULL, false, false, 1, &x, grads));
  const double *value = tensor_data(y), *grad = tensor_data(grads[0]);
  for (int i = 0; i < 3; i++) printf("%g³ · 2 = %g, gradient %g\n", data[i], value[i], grad[i]);
  tensor_release(grads[0]);
  tensor_release(sum);
  tensor_release(y);
  tensor_release(x);
  return 0;
}
