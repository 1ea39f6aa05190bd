/* search/shape.c: shape of searchsorted. */
#include "core/internal.h"

Status infer_searchsorted(Call *c) {
  const Tensor *sequence = c->in[0], *values = c->in[1];
  char want[SHAPE_TEXT], got[SHAPE_TEXT];
  bool fits = sequence->ndim == 1 || sequence->ndim == values->ndim;
  for (int d = 0; fits && sequence->ndim > 1 && d < values->ndim - 1; d++)
    fits = sequence->shape[d] == values->shape[d];
  if (sequence->ndim == 0 || !fits)
    return fail(ERROR_ARGUMENT,
                "searchsorted: 'sorted_sequence' (argument 1): expected 1 dimension, or those of input %s but the "
                "last, got %s", shape_text(want, values->ndim, values->shape),
                shape_text(got, sequence->ndim, sequence->shape));
  if (sequence->dtype != values->dtype)
    return fail(ERROR_ARGUMENT, "searchsorted: 'input' (argument 2): expected %s as sorted_sequence, got %s",
                dtype_name((DType)sequence->dtype), dtype_name((DType)values->dtype));
  return call_output(c, 0, DTYPE_INT64, values->ndim, values->shape);
}
