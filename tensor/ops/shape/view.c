/* view.c: ops that show the same storage with another shape and strides, and the
** composite shape ops built on them.
*/
#include "core/internal.h"

static void drop_dim(Tensor *t, int d) {
  for (t->ndim--; d < t->ndim; d++) {
    t->shape[d] = t->shape[d + 1];
    t->stride[d] = t->stride[d + 1];
  }
}

/* Fills a size of -1 from the others. */
static Status infer_size(const char *who, const Ints *size, int64_t numel, Ints *out) {
  char text[SHAPE_TEXT];
  int unknown = -1;
  int64_t known = 1;
  *out = *size;
  for (int i = 0; i < size->n; i++) {
    if (size->v[i] == -1 && unknown < 0) unknown = i;
    else if (size->v[i] < 0)
      return fail(ERROR_ARGUMENT, "%s: size %lld in dimension %d is negative", who, (long long)size->v[i], i + 1);
    else if (__builtin_mul_overflow(known, size->v[i], &known)) known = -1;
  }
  if (unknown >= 0 && known > 0) {
    out->v[unknown] = numel / known;
    known *= numel / known;
  } else if (unknown >= 0)
    return fail(ERROR_ARGUMENT, "%s: the size -1 cannot be worked out beside a size of 0", who);
  if (known != numel)
    return fail(ERROR_ARGUMENT, "%s: shape %s does not hold %lld elements", who,
                shape_text(text, size->n, size->v), (long long)numel);
  return OK;
}

/* Strides of 'size' over the memory of 'in', where every new dimension lies inside a
** run of old ones that are contiguous among themselves. False when it must be copied. */
static bool view_strides(const Tensor *in, const Ints *size, int64_t *stride) {
  if (in->numel == 0) {
    int64_t step = 1;
    for (int i = size->n - 1; i >= 0; i--) {
      stride[i] = step;
      if (size->v[i] > 0) step = wrapping_product(step, size->v[i]);
    }
    return true;
  }
  int at = size->n - 1;
  int64_t chunk = 1, base = in->ndim > 0 ? in->stride[in->ndim - 1] : 1;
  for (int d = in->ndim - 1; d >= 0; d--) {
    chunk *= in->shape[d];
    bool ends = d == 0 || (in->shape[d - 1] != 1 && in->stride[d - 1] != chunk * base);
    if (!ends) continue;
    int64_t made = 1;
    while (at >= 0 && (made < chunk || size->v[at] == 1)) {
      stride[at] = made * base;
      made *= size->v[at--];
    }
    if (made != chunk) return false;
    if (d > 0) base = in->stride[d - 1], chunk = 1;
  }
  while (at >= 0) stride[at--] = 1;
  return true;
}

static void set_shape(Tensor *out, const Ints *size, const int64_t *stride) {
  out->ndim = (uint8_t)size->n;
  for (int i = 0; i < size->n; i++) {
    out->shape[i] = size->v[i];
    out->stride[i] = stride[i];
  }
}

Status view_view(const Tensor *in, const void *attrs, Tensor *out) {
  const ViewAttrs *a = attrs;
  char text[SHAPE_TEXT];
  Ints size;
  int64_t stride[TENSOR_MAX_DIMS];
  TRY(infer_size("view", &a->size, in->numel, &size));
  if (!view_strides(in, &size, stride))
    return fail(ERROR_ARGUMENT, "view: a tensor of shape %s with these strides cannot be viewed so; use :reshape()",
                shape_text(text, in->ndim, in->shape));
  set_shape(out, &size, stride);
  return OK;
}

Status composite_reshape(Call *c) {
  const ReshapeAttrs *a = c->attrs;
  Tensor *in = c->in[0];
  OWNED Tensor *copy = NULL;
  Ints size;
  int64_t stride[TENSOR_MAX_DIMS];
  TRY(infer_size("reshape", &a->shape, in->numel, &size));
  if (view_strides(in, &size, stride)) return op_view(in, size, &c->out[0]);
  TRY(op_clone(in, &copy));
  return op_view(copy, size, &c->out[0]);
}

Status composite_flatten(Call *c) {
  const FlattenAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int from, to;
  TRY(resolve_dim("flatten", a->start_dim, in->ndim, &from));
  TRY(resolve_dim("flatten", a->end_dim, in->ndim, &to));
  if (from > to) return fail(ERROR_ARGUMENT, "flatten: 'start_dim' comes after 'end_dim'");
  Ints size = {.n = 0};
  for (int d = 0; d < from; d++) size.v[size.n++] = in->shape[d];
  int64_t product = 1;
  bool empty = false, overflow = false;
  for (int d = from; d <= to && d < in->ndim; d++) {
    empty |= in->shape[d] == 0;
    overflow |= __builtin_mul_overflow(product, in->shape[d], &product);
  }
  if (empty) product = 0;
  else if (overflow) return fail(ERROR_ARGUMENT, "flatten: the flat dimension would be too large");
  size.v[size.n++] = product;
  for (int d = to + 1; d < in->ndim; d++) size.v[size.n++] = in->shape[d];
  return op_reshape(c->in[0], size, &c->out[0]);
}

Status composite_unflatten(Call *c) {
  const UnflattenAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int dim;
  TRY(resolve_dim("unflatten", a->dim, in->ndim, &dim));
  Ints part, size = {.n = 0};
  TRY(infer_size("unflatten", &a->sizes, in->shape[dim], &part));
  if (in->ndim - 1 + part.n > TENSOR_MAX_DIMS) return fail(ERROR_ARGUMENT, "unflatten: too many dimensions");
  for (int d = 0; d < dim; d++) size.v[size.n++] = in->shape[d];
  for (int i = 0; i < part.n; i++) size.v[size.n++] = part.v[i];
  for (int d = dim + 1; d < in->ndim; d++) size.v[size.n++] = in->shape[d];
  return op_reshape(c->in[0], size, &c->out[0]);
}

Status view_permute(const Tensor *in, const void *attrs, Tensor *out) {
  const PermuteAttrs *a = attrs;
  uint32_t bits;
  if (a->dims.n != in->ndim)
    return fail(ERROR_ARGUMENT, "permute: expected %d dimensions, got %d", in->ndim, a->dims.n);
  if (in->ndim == 0) return OK;
  TRY(resolve_dims("permute", &a->dims, in->ndim, &bits));
  for (int i = 0; i < in->ndim; i++) {
    int64_t d = a->dims.v[i] < 0 ? a->dims.v[i] + in->ndim : a->dims.v[i];
    out->shape[i] = in->shape[d];
    out->stride[i] = in->stride[d];
  }
  return OK;
}

static void swap_dims(const Tensor *in, Tensor *out, int a, int b) {
  out->shape[a] = in->shape[b], out->stride[a] = in->stride[b];
  out->shape[b] = in->shape[a], out->stride[b] = in->stride[a];
}

Status view_transpose(const Tensor *in, const void *attrs, Tensor *out) {
  const TransposeAttrs *a = attrs;
  int d0, d1;
  TRY(resolve_dim("transpose", a->dim0, in->ndim, &d0));
  TRY(resolve_dim("transpose", a->dim1, in->ndim, &d1));
  if (in->ndim > 0) swap_dims(in, out, d0, d1);
  return OK;
}

Status view_t(const Tensor *in, const void *attrs, Tensor *out) {
  char text[SHAPE_TEXT];
  (void)attrs;
  if (in->ndim > 2)
    return fail(ERROR_ARGUMENT, "t: 'input' (argument 1): expected at most 2 dimensions, got %s",
                tensor_text(text, in));
  if (in->ndim == 2) swap_dims(in, out, 0, 1);
  return OK;
}

Status view_expand(const Tensor *in, const void *attrs, Tensor *out) {
  const ExpandAttrs *a = attrs;
  char from[SHAPE_TEXT], to[SHAPE_TEXT];
  int extra = a->size.n - in->ndim;
  out->ndim = (uint8_t)a->size.n;
  for (int i = 0; i < a->size.n; i++) {
    int64_t want = a->size.v[i], have = i < extra ? 1 : in->shape[i - extra];
    if (want == -1 && i >= extra) want = have;
    if (extra < 0 || want < 0 || (have != want && have != 1))
      return fail(ERROR_ARGUMENT, "expand: shape %s does not expand to %s", shape_text(from, in->ndim, in->shape),
                  shape_text(to, a->size.n, a->size.v));
    out->shape[i] = want;
    out->stride[i] = i < extra || (have == 1 && want != 1) ? 0 : in->stride[i - extra];
  }
  if (extra < 0)
    return fail(ERROR_ARGUMENT, "expand: shape %s does not expand to %s", shape_text(from, in->ndim, in->shape),
                shape_text(to, a->size.n, a->size.v));
  return OK;
}

Status view_squeeze(const Tensor *in, const void *attrs, Tensor *out) {
  const SqueezeAttrs *a = attrs;
  uint32_t bits;
  if (a->dim.n == 0) return OK; /* an empty list names no dimension; without a list all count */
  TRY(resolve_dims("squeeze", &a->dim, in->ndim > 0 ? in->ndim : 1, &bits));
  for (int d = in->ndim - 1; d >= 0; d--)
    if ((bits >> d & 1) && in->shape[d] == 1) drop_dim(out, d);
  return OK;
}

Status view_unsqueeze(const Tensor *in, const void *attrs, Tensor *out) {
  const UnsqueezeAttrs *a = attrs;
  int dim;
  TRY(resolve_dim("unsqueeze", a->dim, in->ndim + 1, &dim));
  if (in->ndim == TENSOR_MAX_DIMS) return fail(ERROR_ARGUMENT, "unsqueeze: too many dimensions");
  for (int d = in->ndim; d > dim; d--) {
    out->shape[d] = in->shape[d - 1];
    out->stride[d] = in->stride[d - 1];
  }
  out->stride[dim] = dim < in->ndim ? wrapping_product(in->shape[dim], in->stride[dim]) : 1;
  out->shape[dim] = 1;
  out->ndim++;
  return OK;
}

Status view_narrow(const Tensor *in, const void *attrs, Tensor *out) {
  const NarrowAttrs *a = attrs;
  int dim;
  if (in->ndim == 0) return fail(ERROR_ARGUMENT, "narrow: a 0-dimensional tensor cannot be narrowed");
  TRY(resolve_dim("narrow", a->dim, in->ndim, &dim));
  int64_t size = in->shape[dim], start = a->start < 0 ? a->start + size : a->start;
  if (start < 0 || a->length < 0 || a->length > size - start)
    return fail(ERROR_ARGUMENT, "narrow: %lld elements from position %lld do not fit in dimension %d of size %lld",
                (long long)a->length, (long long)(a->start < 0 ? a->start : a->start + 1), dim + 1, (long long)size);
  out->offset += a->length > 0 ? view_distance(in, start, dim) : 0;
  out->shape[dim] = a->length;
  return OK;
}

Status view_select(const Tensor *in, const void *attrs, Tensor *out) {
  const SelectAttrs *a = attrs;
  int dim;
  if (in->ndim == 0) return fail(ERROR_ARGUMENT, "select: a 0-dimensional tensor has nothing to select from");
  TRY(resolve_dim("select", a->dim, in->ndim, &dim));
  int64_t size = in->shape[dim], i = a->index < 0 ? a->index + size : a->index;
  if (i < 0 || i >= size)
    return fail(ERROR_ARGUMENT, "select: position %lld is out of range for dimension %d of size %lld",
                (long long)(a->index < 0 ? a->index : a->index + 1), dim + 1, (long long)size);
  out->offset += view_distance(in, i, dim);
  drop_dim(out, dim);
  return OK;
}

/* first and last count from 0, both included, resolved and clamped by the caller. */
Status view_slice(const Tensor *in, const void *attrs, Tensor *out) {
  const SliceAttrs *a = attrs;
  int dim;
  if (in->ndim == 0) return fail(ERROR_ARGUMENT, "slice: a 0-dimensional tensor cannot be sliced");
  TRY(resolve_dim("slice", a->dim, in->ndim, &dim));
  int64_t size = in->shape[dim];
  int64_t first = a->first < 0 ? a->first + size : a->first;
  int64_t last = a->last == INT64_MIN ? size - 1 : a->last < 0 ? a->last + size : a->last;
  if (a->step < 1) return fail(ERROR_ARGUMENT, "slice: the step must be positive, got %lld", (long long)a->step);
  if (first < 0) first = 0;
  if (last >= size) last = size - 1;
  int64_t n = last >= first ? (last - first) / a->step + 1 : 0;
  if (n > 0) out->offset += view_distance(in, first, dim);
  out->shape[dim] = n;
  if (__builtin_mul_overflow(in->stride[dim], a->step, &out->stride[dim]))
    out->stride[dim] = in->stride[dim]; /* at most one element: no step is taken */
  return OK;
}

Status view_diagonal(const Tensor *in, const void *attrs, Tensor *out) {
  const DiagonalAttrs *a = attrs;
  int d1, d2;
  TRY(resolve_dim("diagonal", a->dim1, in->ndim, &d1));
  TRY(resolve_dim("diagonal", a->dim2, in->ndim, &d2));
  if (in->ndim < 2 || d1 == d2) return fail(ERROR_ARGUMENT, "diagonal: expected two different dimensions");
  int64_t rows = in->shape[d1], columns = in->shape[d2], n;
  if (a->offset >= columns || a->offset <= -rows) n = 0;
  else if (a->offset >= 0) n = columns - a->offset < rows ? columns - a->offset : rows;
  else n = rows + a->offset < columns ? rows + a->offset : columns;
  if (n > 0) out->offset += a->offset >= 0 ? view_distance(in, a->offset, d2) : view_distance(in, -a->offset, d1);
  const int64_t stride = (int64_t)((uint64_t)in->stride[d1] + (uint64_t)in->stride[d2]);
  drop_dim(out, d1 > d2 ? d1 : d2);
  drop_dim(out, d1 > d2 ? d2 : d1);
  out->shape[out->ndim] = n;
  out->stride[out->ndim++] = stride;
  return OK;
}

/* Geometry counts in the storage, as PyTorch's; offset -1: the input's own. */
Status view_as_strided(const Tensor *in, const void *attrs, Tensor *out) {
  const AsStridedAttrs *a = attrs;
  Tensor *checked;
  if (a->size.n != a->stride.n) return fail(ERROR_ARGUMENT, "as_strided: 'size' and 'stride' differ in length");
  int64_t offset = a->storage_offset < 0 ? in->offset : a->storage_offset;
  TRY(tensor_from_storage(in->storage, (DType)in->dtype, offset, a->size.n, a->size.v, a->stride.v, &checked));
  tensor_release(checked);
  for (int i = 0; i < a->size.n; i++)
    if (a->stride.v[i] < 0) return fail(ERROR_ARGUMENT, "as_strided: strides must not be negative");
  set_shape(out, &a->size, a->stride.v);
  out->offset = offset;
  return OK;
}

Status composite_contiguous(Call *c) {
  if (!tensor_is_contiguous(c->in[0])) return op_clone(c->in[0], &c->out[0]);
  c->out[0] = tensor_retain(c->in[0]);
  return OK;
}

Status composite_repeat(Call *c) {
  const RepeatAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int extra = a->repeats.n - in->ndim;
  Ints parts = {.n = 0}, wide = {.n = 0}, result = {.n = 0};
  if (extra < 0)
    return fail(ERROR_ARGUMENT, "repeatTensor: expected at least %d numbers, got %d", in->ndim, a->repeats.n);
  if (2 * a->repeats.n > TENSOR_MAX_DIMS) return fail(ERROR_ARGUMENT, "repeatTensor: too many dimensions");
  for (int i = 0; i < a->repeats.n; i++) {
    int64_t size = i < extra ? 1 : in->shape[i - extra];
    parts.v[parts.n++] = 1, parts.v[parts.n++] = size;
    wide.v[wide.n++] = a->repeats.v[i], wide.v[wide.n++] = size;
    if (__builtin_mul_overflow(size, a->repeats.v[i], &result.v[result.n++]))
      return fail(ERROR_ARGUMENT, "repeatTensor: %lld × %lld is too large", (long long)size,
                  (long long)a->repeats.v[i]);
  }
  OWNED Tensor *apart = NULL, *expanded = NULL;
  TRY(op_reshape(c->in[0], parts, &apart));
  TRY(op_expand(apart, wide, &expanded));
  return op_reshape(expanded, result, &c->out[0]);
}

Status view_alias(const Tensor *in, const void *attrs, Tensor *out) {
  (void)in, (void)attrs, (void)out;
  return OK;
}
