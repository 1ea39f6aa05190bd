/* composite.c: nan_to_num: what replaces the infinities depends on the dtype. */
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
