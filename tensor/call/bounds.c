/* bounds.c: numbers that are bounds, as those of clamp and hardtanh. One beyond an integer dtype bounds nothing there,
** or everything: the nearest number of the dtype stands for it.
*/
#include <stddef.h>

#include "road.h"

/* The nearest number of an integer dtype; one with a fraction that lies among them stays. */
static Scalar bounds_nearest(Scalar s, DType dtype) {
  const DTypeInfo *info = &dtype_table[dtype];
  if (s.kind == SCALAR_FLOAT) { /* NaN is no bound that an integer could be compared with */
    if (!(s.as.f > info->lowest)) return scalar_int((int64_t)info->lowest);
    if (s.as.f < info->highest) return s;
  } else if (s.kind != SCALAR_INT || info->size == 8 ||
             ((double)s.as.i >= info->lowest && (double)s.as.i <= info->highest)) {
    return s;
  } else if ((double)s.as.i < info->lowest) {
    return scalar_int((int64_t)info->lowest);
  }
  return scalar_int(info->size == 8 ? INT64_MAX : (int64_t)info->highest);
}

Status call_bounded(Call *c, Status (*run)(Call *c)) {
  const OpInfo *info = c->info;
  const DType dtype = (DType)c->in[0]->dtype;
  const void *given = c->attrs;
  _Alignas(max_align_t) char attrs[OP_MAX_ATTRIBUTE_BYTES];
  const bool becomes_float = info->numbers == NUMBERS_PROMOTE && call_has_float_number(c);
  if (dtype_category(dtype) != CATEGORY_INTEGER || becomes_float) return run(c);
  memcpy(attrs, given, info->attrs_size);
  for (int i = 1; i < info->n_args; i++) {
    char *at = attrs + info->args[i].offset;
    OptionalScalar *o = (OptionalScalar *)at;
    if (info->args[i].type == ARG_NUMBER) *(Scalar *)at = bounds_nearest(*(Scalar *)at, dtype);
    else if (info->args[i].type == ARG_OPTIONAL_NUMBER && o->given) o->value = bounds_nearest(o->value, dtype);
  }
  c->attrs = attrs;
  Status status = run(c);
  c->attrs = given;
  return status;
}
