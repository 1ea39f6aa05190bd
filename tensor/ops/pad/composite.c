/* composite.c: pad: dimension after dimension, the last one first. Constants are put beside the tensor by cat; the
** other modes pick the elements that they repeat by index_select. Both have gradients.
*/
#include "core/internal.h"

enum { PAD_CONSTANT, PAD_REFLECT, PAD_REPLICATE, PAD_CIRCULAR }; /* the order of the row */

static Status pad_takes_too_much(const Tensor *in, int dim) {
  return fail(ERROR_ARGUMENT, "pad: 'pad' (argument 2): it takes more than the %lld elements of dimension %d",
              (long long)in->shape[dim], dim + 1);
}

static Status pad_too_large(const Tensor *in, int dim, int64_t by, const char *mode) {
  return fail(ERROR_ARGUMENT, "pad: padding %lld is too large for a dimension of size %lld under mode '%s'",
              (long long)by, (long long)in->shape[dim], mode);
}

/* The size of a padded dimension. The two numbers are added first: in that order only a size that is really out of
** range overflows, on either side. */
static Status pad_size(const Tensor *in, int dim, int64_t before, int64_t after, const char *mode, int64_t *size) {
  int64_t both;
  bool beyond = __builtin_add_overflow(before, after, &both) || __builtin_add_overflow(both, in->shape[dim], size);
  if (beyond && (before > 0 || after > 0)) return pad_too_large(in, dim, before > after ? before : after, mode);
  return beyond || *size < 0 ? pad_takes_too_much(in, dim) : OK;
}

/* A tensor of the value, in the shape of 'like' but with 'size' elements along 'dim'. */
static Status pad_block(Tensor *like, int dim, int64_t size, Scalar value, Tensor **out) {
  Ints shape = ints_of(like->ndim, like->shape);
  shape.v[dim] = size;
  return op_new_full(like, shape, value, DTYPE_NONE, out);
}

static Status pad_constant(Tensor *in, int dim, int64_t before, int64_t after, Scalar value, Tensor **out) {
  Tensor *parts[3] = {0};
  int n = 0;
  Status status = OK;
  int64_t size = in->shape[dim], padded;
  if (before < -size || after < -size) return pad_takes_too_much(in, dim);
  TRY(pad_size(in, dim, before, after, "constant", &padded)); /* cat adds the sizes without looking */
  int64_t start = before < 0 ? -before : 0, end = size + (after < 0 ? after : 0);
  if (end < start) return pad_takes_too_much(in, dim);
  if (before > 0) status = pad_block(in, dim, before, value, &parts[n++]);
  if (status == OK) status = op_narrow(in, dim, start, end - start, &parts[n++]);
  if (status == OK && after > 0) status = pad_block(in, dim, after, value, &parts[n++]);
  if (status == OK) status = op_cat(n, parts, dim, out);
  for (int i = 0; i < 3; i++) tensor_release(parts[i]);
  return status;
}

/* Where element 'at' (from 0 in the tensor that is padded) comes from. */
static int64_t pad_source(int mode, int64_t at, int64_t size) {
  if (at >= 0 && at < size) return at;
  if (mode == PAD_REPLICATE) return at < 0 ? 0 : size - 1;
  if (mode == PAD_CIRCULAR) return at < 0 ? at + size : at - size;
  return at < 0 ? -at : 2 * (size - 1) - at;
}

static Status pad_repeated(Tensor *in, int mode, int dim, int64_t before, int64_t after, Tensor **out) {
  static const char *const names[] = {"constant", "reflect", "replicate", "circular"};
  int64_t size = in->shape[dim], length;
  int64_t most = mode == PAD_REFLECT ? size - 1 : mode == PAD_CIRCULAR ? size : INT64_MAX;
  if (before > most || after > most || size == 0)
    return pad_too_large(in, dim, before > after ? before : after, names[mode]);
  TRY(pad_size(in, dim, before, after, names[mode], &length));
  Tensor *index;
  TRY(tensor_empty_cpu(1, &length, DTYPE_INT64, &index));
  int64_t *v = tensor_data(index);
  for (int64_t i = 0; i < length; i++) {
    int64_t at;
    if (__builtin_sub_overflow(i, before, &at)) at = INT64_MAX; /* far behind the end, as the exact number is */
    v[i] = pad_source(mode, at, size);
  }
  Status status = op_index_select(in, dim, index, out);
  tensor_release(index);
  return status;
}

Status composite_pad(Call *c) {
  const PadAttrs *a = c->attrs;
  Tensor *in = tensor_retain(c->in[0]);
  Status status = OK;
  if (a->pad.n % 2 != 0 || a->pad.n > 2 * in->ndim)
    status = fail(ERROR_ARGUMENT,
                  "pad: 'pad' (argument 2): expected two numbers for each of at most %d dimensions, got %d",
                  in->ndim, a->pad.n);
  if (status == OK && a->mode != PAD_CONSTANT && a->value.given && scalar_to_double(a->value.value) != 0)
    status = fail(ERROR_ARGUMENT, "pad: 'value' (argument 4): expected none, for the mode is not \"constant\"");
  for (int i = 0; status == OK && i < a->pad.n; i += 2) {
    int dim = in->ndim - 1 - i / 2;
    int64_t before = a->pad.v[i], after = a->pad.v[i + 1];
    Tensor *padded = NULL;
    if (before == 0 && after == 0) continue;
    if (a->mode == PAD_CONSTANT)
      status = pad_constant(in, dim, before, after, a->value.given ? a->value.value : scalar_int(0), &padded);
    else status = pad_repeated(in, a->mode, dim, before, after, &padded);
    tensor_release(in);
    in = padded;
  }
  if (status != OK) {
    tensor_release(in);
    return status;
  }
  c->out[0] = in;
  return OK;
}
