/* elementwise/shape.c: checks of numbers beside tensors. */
#include "core/internal.h"

/* A number below 0 is no power of integers: the result would be a fraction. In a tensor it gives 0, 1 or -1. */
/* A number beside an integer tensor is chosen as it is or not at all. */
Status check_where(const Call *c) {
  for (int i = 1; i < 3; i++) {
    const Tensor *t = c->in[i], *other = c->in[3 - i];
    const bool chosen = t->flags & TENSOR_WRAPPED_NUMBER && !(other->flags & TENSOR_WRAPPED_NUMBER);
    if (!chosen || dtype_category((DType)other->dtype) != CATEGORY_INTEGER || t->dtype != DTYPE_INT64) continue;
    const Scalar number = element_get(DTYPE_INT64, tensor_data(t));
    TRY(scalar_check(c->info->lua_name, c->info->args[i].name, i + 1, number, (DType)other->dtype));
  }
  return OK;
}

Status check_pow(const Call *c) {
  const Tensor *base = c->in[0], *power = c->in[1];
  const bool integers = !dtype_has_gradient((DType)base->dtype) && !dtype_has_gradient((DType)power->dtype);
  if (!integers || !(power->flags & TENSOR_WRAPPED_NUMBER)) return OK;
  const int64_t number = scalar_to_int(element_get((DType)power->dtype, tensor_data(power)));
  if (number >= 0) return OK;
  return fail(ERROR_ARGUMENT,
              "%s: '%s' (argument 2): integers to negative powers are fractions, expected a number from 0 on, "
              "got %lld; cast first, for example with :float()",
              c->info->lua_name, c->info->args[1].name, (long long)number);
}
