/* rearrange/composite.c: roll, rot90 and the like, which loop over dimensions. */
#include "core/internal.h"

/* input moved by 'shift' along 'dim'. */
static Status roll_dim(Tensor *in, int64_t shift, int dim, Tensor **out) {
  const int64_t n = in->shape[dim];
  OWNED Tensor *head = NULL, *tail = NULL;
  if (n == 0) return op_clone(in, out);
  const int64_t by = (shift % n + n) % n;
  TRY(op_narrow(in, dim, 0, n - by, &head));
  TRY(op_narrow(in, dim, n - by, by, &tail));
  return op_cat(2, (Tensor *[]){tail, head}, dim, out);
}

Status composite_roll(Call *c) {
  const RollAttrs *a = c->attrs;
  Tensor *in = c->in[0];
  OWNED Tensor *flat = NULL, *now = NULL, *next = NULL;
  if (a->dims.n <= 0) {
    if (a->shifts.n != 1)
      return fail(ERROR_ARGUMENT, "roll: 'shifts' (argument 2): expected one number without dims, got %d", a->shifts.n);
    TRY(op_reshape(in, (Ints){1, {-1}}, &flat));
    TRY(roll_dim(flat, a->shifts.v[0], 0, &now));
    return op_reshape(now, ints_of(in->ndim, in->shape), &c->out[0]);
  }
  if (a->shifts.n != a->dims.n)
    return fail(ERROR_ARGUMENT, "roll: 'shifts' (argument 2): expected one for each of the %d dims, got %d", a->dims.n,
                a->shifts.n);
  for (int i = 0; i < a->dims.n; i++) {
    int dim;
    TRY(resolve_dim("roll", a->dims.v[i], in->ndim, &dim));
    if (in->ndim == 0) return op_clone(in, &c->out[0]);
    TRY(roll_dim(now != NULL ? now : in, a->shifts.v[i], dim, &next));
    tensor_release(now);
    now = owned_give(&next);
  }
  c->out[0] = owned_give(&now);
  return OK;
}

Status composite_rot90(Call *c) {
  const Rot90Attrs *a = c->attrs;
  Tensor *in = c->in[0];
  OWNED Tensor *flipped = NULL;
  const Ints dims = a->dims.n < 0 ? (Ints){2, {0, 1}} : a->dims;
  int from, to;
  if (dims.n != 2)
    return fail(ERROR_ARGUMENT, "rot90: 'dims' (argument 3): expected two dimensions, got %d", dims.n);
  if (in->ndim < 2)
    return fail(ERROR_ARGUMENT, "rot90: 'input' (argument 1): expected at least 2 dimensions, got %d", in->ndim);
  TRY(resolve_dim("rot90", dims.v[0], in->ndim, &from));
  TRY(resolve_dim("rot90", dims.v[1], in->ndim, &to));
  if (from == to) return fail(ERROR_ARGUMENT, "rot90: 'dims' (argument 3): the two dimensions are the same");
  switch ((a->k % 4 + 4) % 4) {
    case 0: return op_clone(in, &c->out[0]);
    case 1:
      TRY(op_flip(in, (Ints){1, {to}}, &flipped));
      return op_transpose(flipped, from, to, &c->out[0]);
    case 2: return op_flip(in, (Ints){2, {from, to}}, &c->out[0]);
    default:
      TRY(op_flip(in, (Ints){1, {from}}, &flipped));
      return op_transpose(flipped, from, to, &c->out[0]);
  }
}

Status composite_movedim(Call *c) {
  const MovedimAttrs *a = c->attrs;
  Tensor *in = c->in[0];
  uint32_t moved = 0, filled = 0;
  Ints order = {.n = in->ndim};
  if (a->source.n != a->destination.n)
    return fail(ERROR_ARGUMENT,
                "movedim: 'destination' (argument 3): expected one for each of the %d of source, got %d", a->source.n,
                a->destination.n);
  for (int i = 0; i < a->source.n; i++) {
    int from, to;
    TRY(resolve_dim("movedim", a->source.v[i], in->ndim, &from));
    TRY(resolve_dim("movedim", a->destination.v[i], in->ndim, &to));
    if ((moved >> from & 1) != 0)
      return fail(ERROR_ARGUMENT, "movedim: 'source' (argument 2): dimension %d is there twice", from + 1);
    if ((filled >> to & 1) != 0)
      return fail(ERROR_ARGUMENT, "movedim: 'destination' (argument 3): dimension %d is there twice", to + 1);
    moved |= 1u << from, filled |= 1u << to;
    if (in->ndim > 0) order.v[to] = from;
  }
  for (int to = 0, from = 0; to < in->ndim; to++) {
    if ((filled >> to & 1) != 0) continue;
    while ((moved >> from & 1) != 0) from++;
    order.v[to] = from++;
  }
  return op_permute(in, order, &c->out[0]);
}

Status composite_tile(Call *c) {
  const TileAttrs *a = c->attrs;
  Ints repeats = a->dims;
  const int missing = c->in[0]->ndim - repeats.n;
  if (missing > 0) {
    repeats.n = c->in[0]->ndim;
    for (int i = repeats.n - 1; i >= 0; i--) repeats.v[i] = i < missing ? 1 : a->dims.v[i - missing];
  }
  return op_repeat(c->in[0], repeats, &c->out[0]);
}

Status composite_unfold(Call *c) {
  const UnfoldAttrs *a = c->attrs;
  Tensor *in = c->in[0];
  int dim;
  TRY(resolve_dim("unfold", a->dimension, in->ndim, &dim));
  const int64_t n = in->ndim > 0 ? in->shape[dim] : 1, step = in->ndim > 0 ? in->stride[dim] : 1;
  if (a->size < 0 || a->size > n)
    return fail(ERROR_ARGUMENT, "unfold: 'size' (argument 3): expected 0 to %lld, got %lld", (long long)n,
                (long long)a->size);
  if (a->step < 1)
    return fail(ERROR_ARGUMENT, "unfold: 'step' (argument 4): expected a positive integer, got %lld",
                (long long)a->step);
  if (in->ndim == TENSOR_MAX_DIMS) return fail(ERROR_ARGUMENT, "unfold: too many dimensions");
  Ints shape = ints_of(in->ndim, in->shape), stride = ints_of(in->ndim, in->stride);
  if (in->ndim > 0) {
    shape.v[dim] = (n - a->size) / a->step + 1;
    stride.v[dim] = step * (a->step < n ? a->step : n); /* a longer step is never made */
  }
  shape.v[shape.n++] = a->size;
  stride.v[stride.n++] = step;
  return op_as_strided(in, shape, stride, in->offset, &c->out[0]);
}

/* ---- a part of a larger tensor ---------------------------------------------------------------- */

/* Zeros of the shape of 'in' with two dimensions more, 'in' as the diagonal. */
Status composite_diag_embed(Call *c) {
  const DiagEmbedAttrs *a = c->attrs;
  Tensor *in = c->in[0];
  OWNED Tensor *zeros = NULL, *part = NULL;
  int first, second;
  if (in->ndim == 0 || in->ndim >= TENSOR_MAX_DIMS)
    return fail(ERROR_ARGUMENT, "diag_embed: 'input' (argument 1): expected 1 to %d dimensions, got %d",
                TENSOR_MAX_DIMS - 1, in->ndim);
  TRY(resolve_dim("diag_embed", a->dim1, in->ndim + 1, &first));
  TRY(resolve_dim("diag_embed", a->dim2, in->ndim + 1, &second));
  if (first == second) return fail(ERROR_ARGUMENT, "diag_embed: 'dim1' and 'dim2' are the same");
  Ints shape = {.n = in->ndim + 1};
  int64_t size;
  if (a->offset == INT64_MIN ||
      __builtin_add_overflow(in->shape[in->ndim - 1], a->offset < 0 ? -a->offset : a->offset, &size))
    return fail(ERROR_ARGUMENT, "diag_embed: 'offset' (argument 2): %lld is too large", (long long)a->offset);
  for (int d = 0, from = 0; d < shape.n; d++) shape.v[d] = d == first || d == second ? size : in->shape[from++];
  TRY(op_new_zeros(in, shape, DTYPE_NONE, &zeros));
  TRY(op_diagonal(zeros, a->offset, first, second, &part));
  TRY(op_call_in_place(OP_COPY, (Tensor *[]){part, in}, 2, NULL));
  c->out[0] = owned_give(&zeros);
  return OK;
}

/* A copy of the first input, with the second one where the view 'op' looks. */
static Status put_part(Call *c, OpId op, const void *attrs) {
  OWNED Tensor *copy = NULL, *part = NULL;
  char want[SHAPE_TEXT], got[SHAPE_TEXT];
  const Tensor *src = c->in[1];
  TRY(op_clone(c->in[0], &copy));
  TRY(op_call(op, &copy, 1, attrs, &part));
  if (src->ndim != part->ndim || memcmp(src->shape, part->shape, sizeof(int64_t) * (size_t)part->ndim) != 0)
    return fail(ERROR_ARGUMENT, "%s: 'src' (argument 2): expected shape %s, got %s", c->info->lua_name,
                shape_text(want, part->ndim, part->shape), shape_text(got, src->ndim, src->shape));
  TRY(op_call_in_place(OP_COPY, (Tensor *[]){part, c->in[1]}, 2, NULL));
  c->out[0] = owned_give(&copy);
  return OK;
}

/* The gradient of the first input is 0 in the part, that of the second one is the part. */
static Status part_gradients(Backward *c, OpId op, const void *attrs) {
  if ((c->needs & 1) != 0) {
    OWNED Tensor *copy = NULL, *part = NULL;
    TRY(op_clone(c->grad[0], &copy));
    TRY(op_call(op, &copy, 1, attrs, &part));
    TRY(op_call_in_place(OP_ZERO, &part, 1, NULL));
    c->result[0] = owned_give(&copy);
  }
  return (c->needs & 2) != 0 ? op_call(op, &c->grad[0], 1, attrs, &c->result[1]) : OK;
}

static SelectAttrs select_part(const void *attrs) {
  const SelectScatterAttrs *a = attrs;
  return (SelectAttrs){.dim = a->dim, .index = a->index};
}
Status composite_select_scatter(Call *c) {
  const SelectAttrs part = select_part(c->attrs);
  return put_part(c, OP_SELECT, &part);
}
Status backward_select_scatter(Backward *c) {
  const SelectAttrs part = select_part(c->attrs);
  return part_gradients(c, OP_SELECT, &part);
}

static SliceAttrs slice_part(const void *attrs) {
  const SliceScatterAttrs *a = attrs;
  return (SliceAttrs){.dim = a->dim, .first = a->first, .last = a->last, .step = a->step};
}
Status composite_slice_scatter(Call *c) {
  const SliceAttrs part = slice_part(c->attrs);
  return put_part(c, OP_SLICE, &part);
}
Status backward_slice_scatter(Backward *c) {
  const SliceAttrs part = slice_part(c->attrs);
  return part_gradients(c, OP_SLICE, &part);
}

static DiagonalAttrs diagonal_part(const void *attrs) {
  const DiagonalScatterAttrs *a = attrs;
  return (DiagonalAttrs){.offset = a->offset, .dim1 = a->dim1, .dim2 = a->dim2};
}
Status composite_diagonal_scatter(Call *c) {
  const DiagonalAttrs part = diagonal_part(c->attrs);
  return put_part(c, OP_DIAGONAL, &part);
}
Status backward_diagonal_scatter(Backward *c) {
  const DiagonalAttrs part = diagonal_part(c->attrs);
  return part_gradients(c, OP_DIAGONAL, &part);
}
