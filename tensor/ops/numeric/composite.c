/* composite.c: ops that depend on the dtype: nan_to_num on its largest number, nextafter on its digits. */
#include "core/internal.h"

static double nan_to_num_value(OptionalScalar given, double otherwise) {
  return given.given ? scalar_to_double(given.value) : otherwise;
}

/* Of complex numbers the parts are replaced, one by one. */
static Status nan_to_num_of_parts(Tensor *in, const NanToNumAttrs *a, Tensor **out) {
  Tensor *parts = NULL, *replaced = NULL;
  Status status = op_view_as_real(in, &parts);
  if (status == OK) status = op_nan_to_num(parts, a->nan, a->posinf, a->neginf, &replaced);
  if (status == OK) status = op_view_as_complex(replaced, out);
  tensor_release(parts);
  tensor_release(replaced);
  return status;
}

Status composite_nan_to_num(Call *c) {
  const NanToNumAttrs *a = c->attrs;
  Tensor *in = c->in[0];
  const DType dtype = (DType)in->dtype;
  if (dtype_is_complex(dtype)) return nan_to_num_of_parts(in, a, &c->out[0]);
  if (!dtype_is_float(dtype)) return op_clone(in, &c->out[0]);
  return op_native_nan_to_num(in, nan_to_num_value(a->nan, 0),
                              nan_to_num_value(a->posinf, dtype_table[dtype].highest),
                              nan_to_num_value(a->neginf, dtype_table[dtype].lowest), &c->out[0]);
}

/* Numbers of 16 bits are computed in float32, whose neighbours are others. */
Status composite_nextafter(Call *c) {
  Tensor *in = c->in[0], *other = c->in[1];
  const DType dtype = (DType)in->dtype;
  if (in->dtype != other->dtype || dtype_compute(dtype) == dtype) return op_nextafter_wide(in, other, &c->out[0]);
  const int digits = dtype == DTYPE_BFLOAT16 ? 8 : 11, lowest = dtype == DTYPE_BFLOAT16 ? -133 : -24;
  return op_nextafter_narrow(in, other, digits, lowest, dtype_table[dtype].highest, &c->out[0]);
}
