/* deterministic.c: the mode of torch.use_deterministic_algorithms. Every op of the CPU gives the same numbers in
** every run; what is left is memory that nobody wrote, which empty and its like show: they are filled, so that a
** use of it is seen.
*/
#include "call/deterministic.h"

static bool is_uninitialised(const ModeCall *call) {
  return call->op == OP_EMPTY || call->op == OP_EMPTY_LIKE || call->op == OP_NEW_EMPTY;
}

/* NaN, or the largest integer. */
static Scalar deterministic_fill(DType dtype) {
  if (dtype_has_gradient(dtype)) return scalar_float(0.0 / 0.0);
  if (dtype == DTYPE_BOOL) return scalar_bool(true);
  const int bits = 8 * (int)dtype_size(dtype) - (dtype_table[dtype].lowest < 0);
  return scalar_int((int64_t)(UINT64_MAX >> (64 - bits)));
}

static Status deterministic_after(ModeCall *call, Status status) {
  if (status != OK || !is_uninitialised(call) || call->out[0] == NULL) return status;
  Tensor *t = call->out[0];
  if (dtype_is_stored((DType)t->dtype)) return OK;
  const FillAttrs attrs = {deterministic_fill((DType)t->dtype)};
  const bool grad = grad_set_enabled(false);
  status = op_call_in_place(OP_FILL, &t, 1, &attrs);
  grad_set_enabled(grad);
  return status;
}

void deterministic_set(bool on) {
  static const Mode mode = {.name = "deterministic", .bit = MODE_DETERMINISTIC, .after = deterministic_after};
  mode_install(&mode);
  mode_set(MODE_DETERMINISTIC, on);
}
