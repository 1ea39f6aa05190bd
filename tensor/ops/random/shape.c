/* random/shape.c: checks of the numbers that draws are told; they are the same on every device. */
#include <math.h>

#include "core/internal.h"
#include "ops/random/range.h"

Status check_uniform(const Call *c) {
  const UniformAttrs *a = c->attrs;
  const DType dtype = (DType)c->in[0]->dtype;
  const double limit = dtype_table[dtype_real(dtype)].highest;
  if (!(a->from <= a->to))
    return fail(ERROR_ARGUMENT, "uniform_: expected from <= to, got %g and %g", shown(a->from), shown(a->to));
  if (fabs(a->from) <= limit && fabs(a->to) <= limit && a->to - a->from <= limit) return OK;
  return fail(ERROR_ARGUMENT, "uniform_: expected from, to and to - from in the range of %s, got %g and %g",
              dtype_name(dtype), shown(a->from), shown(a->to));
}

Status check_normal(const Call *c) {
  const NormalAttrs *a = c->attrs;
  if (a->std >= 0) return OK;
  return fail(ERROR_ARGUMENT, "normal_: 'std' (argument 3): expected a number of at least 0, got %g", shown(a->std));
}

Status check_random(const Call *c) {
  const RandomAttrs *a = c->attrs;
  const DType dtype = (DType)c->in[0]->dtype;
  const RandomRange r = random_range(a->from, a->to, dtype);
  if (a->to != INT64_MIN ? a->to <= a->from : r.last < a->from)
    return fail(ERROR_ARGUMENT, "random_: expected from < to, got %lld and %lld", (long long)a->from,
                (long long)(a->to != INT64_MIN ? a->to : r.last + 1));
  if (scalar_fits(scalar_int(a->from), dtype) && scalar_fits(scalar_int(r.last), dtype) &&
      !(r.floored && random_floor(r.last, r.digits) < a->from))
    return OK;
  return fail(ERROR_ARGUMENT, "random_: from %lld to %lld is out of the range of %s", (long long)a->from,
              (long long)r.last, dtype_name(dtype));
}

Status check_bernoulli_fill(const Call *c) {
  const BernoulliFillAttrs *a = c->attrs;
  if (a->p >= 0 && a->p <= 1) return OK;
  return fail(ERROR_ARGUMENT, "bernoulli_: expected a probability from 0 to 1, got %g", shown(a->p));
}
