/* autograd/gradient.c: backward formulas that depend on shapes or values, made of ops (so that
** they can be differentiated again). Named by o.grad:helper("name") in the rows.
*/
#include "gradient.h"

static const Meta *input_meta(const Backward *c, int input) {
  const Edge *e = &c->node->edges[input];
  return e->node != NULL ? &e->node->outputs[e->output] : NULL;
}

Ints backward_input_shape(const Backward *c, int input) {
  const Meta *m = input_meta(c, input);
  return m != NULL ? ints_of(m->ndim, m->shape) : ints_none();
}

DType backward_input_dtype(const Backward *c, int input) {
  const Meta *m = input_meta(c, input);
  return m != NULL ? (DType)m->dtype : (DType)c->grad[0]->dtype;
}

Status pass(Backward *c, Tensor *grad, Tensor **out) {
  (void)c;
  *out = tensor_retain(grad);
  return OK;
}

Status as_float(Backward *c, Tensor *x, Tensor *like, Tensor **out) {
  if (dtype_has_gradient((DType)x->dtype)) return pass(c, x, out);
  return op_cast(x, dtype_compute((DType)like->dtype), out);
}

Status no_gradient(Backward *c, Tensor *grad, int input, Tensor **out) {
  (void)grad;
  *out = NULL;
  int at = 0;
  while (c->info->args[at].type > ARG_INTEGERS || c->info->args[at].input != input) at++;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): it has no gradient by this argument", c->info->lua_name,
              c->info->args[at].name, at + 1);
}

Status unexpand(Backward *c, Tensor *grad, Tensor **out) { return pass(c, grad, out); }

Status uncast(Backward *c, Tensor *grad, Tensor **out) { return op_cast(grad, backward_input_dtype(c, 0), out); }

Status scale(Backward *c, Tensor *grad, Scalar by, Tensor **out) {
  (void)c;
  if (by.kind != SCALAR_COMPLEX && scalar_to_double(by) == 1) return pass(c, grad, out);
  OWNED Tensor *number = NULL;
  TRY(tensor_wrap_number(by, &number));
  return op_mul(grad, number, out);
}

Status sum_to_shape(Tensor *grad, int ndim, const int64_t *shape, Tensor **out) {
  Ints dims = {.n = 0};
  int extra = grad->ndim - ndim;
  for (int d = 0; d < grad->ndim; d++)
    if (d < extra || (shape[d - extra] == 1 && grad->shape[d] != 1)) dims.v[dims.n++] = d;
  OWNED Tensor *sum = NULL;
  if (dims.n == 0) return op_reshape(grad, ints_of(ndim, shape), out);
  TRY(op_sum(grad, dims, true, DTYPE_NONE, &sum));
  return op_reshape(sum, ints_of(ndim, shape), out);
}

Status unpermute(Backward *c, Tensor *grad, const Ints *dims, Tensor **out) {
  (void)c;
  Ints back = {.n = dims->n};
  for (int i = 0; i < dims->n; i++) back.v[dims->v[i] < 0 ? dims->v[i] + dims->n : dims->v[i]] = i;
  return op_permute(grad, back, out);
}

/* Zeros of the input's shape with 'grad' written through a view. */
static Status embed(Backward *c, Tensor *grad, OpId op, const void *attrs, Tensor **out) {
  OWNED Tensor *zeros = NULL, *part = NULL;
  TRY(op_new_zeros(grad, backward_input_shape(c, 0), DTYPE_NONE, &zeros));
  TRY(op_call(op, &zeros, 1, attrs, &part));
  TRY(op_call_in_place(OP_COPY, (Tensor *[]){part, grad}, 2, NULL));
  *out = owned_give(&zeros);
  return OK;
}

Status unslice(Backward *c, Tensor *grad, int64_t dim, int64_t start, int64_t length, Tensor **out) {
  NarrowAttrs a = {dim, start, length};
  return embed(c, grad, OP_NARROW, &a, out);
}

Status unselect(Backward *c, Tensor *grad, int64_t dim, int64_t index, Tensor **out) {
  NarrowAttrs a = {dim, index, 1};
  return embed(c, grad, OP_NARROW, &a, out);
}

Status unstride(Backward *c, Tensor *grad, int64_t dim, int64_t first, int64_t step, Tensor **out) {
  const SliceAttrs *s = c->attrs;
  SliceAttrs a = {dim, first, s->last, step};
  return embed(c, grad, OP_SLICE, &a, out);
}

Status backward_diagonal(Backward *c) { return embed(c, c->grad[0], OP_DIAGONAL, c->attrs, &c->result[0]); }

/* From the first to the last element in memory. */
static int64_t layout_extent(const Tensor *layout) {
  int64_t n = layout->numel > 0 ? 1 : 0;
  for (int d = 0; d < layout->ndim && n > 0; d++) n += (layout->shape[d] - 1) * layout->stride[d];
  return n;
}

/* The elements of 'grad' as they would lie in the memory of 'layout', which has its shape; 0 in the gaps. */
static Status layout_spread(Tensor *grad, const Tensor *layout, Tensor **flat) {
  if (tensor_is_contiguous(layout)) return op_reshape(grad, (Ints){1, {-1}}, flat);
  if (tensor_is_expanded(layout))
    return fail(ERROR_ARGUMENT, "as_strided: an expanded tensor has no gradient of its parts");
  OWNED Tensor *zeros = NULL;
  TRY(op_new_zeros(grad, (Ints){1, {layout_extent(layout)}}, DTYPE_NONE, &zeros));
  return op_as_strided_scatter(zeros, grad, ints_of(layout->ndim, layout->shape), ints_of(layout->ndim, layout->stride),
                               0, flat);
}

/* The way back. */
static Status layout_gather(Tensor *flat, const Tensor *layout, Tensor **out) {
  const Ints shape = ints_of(layout->ndim, layout->shape);
  if (tensor_is_contiguous(layout)) return op_reshape(flat, shape, out);
  return op_as_strided(flat, shape, ints_of(layout->ndim, layout->stride), flat->offset, out);
}

/* Elements may be seen several times through a strided view, so gradients are added
** up by their place in the base. */
Status backward_as_strided(Backward *c) {
  const AsStridedAttrs *a = c->attrs;
  const Tensor *input = c->input[0];
  const OptionalScalar no_end = {false, scalar_int(0)};
  int64_t offset = (a->storage_offset < 0 ? input->offset : a->storage_offset) - input->offset;
  OWNED Tensor *count = NULL, *seen = NULL, *places = NULL, *grad = NULL, *zeros = NULL, *sums = NULL;
  if (tensor_is_expanded(input))
    return fail(ERROR_ARGUMENT, "as_strided: an expanded tensor has no gradient of its parts");
  const int64_t extent = layout_extent(input);
  ArangeAttrs range = {.start = scalar_int(extent), .end_ = no_end, .step = scalar_int(1), .dtype = DTYPE_INT64,
                       .options = {.device = tensor_device(c->grad[0])}};
  TRY(op_call(OP_ARANGE, NULL, 0, &range, &count));
  TRY(op_as_strided(count, a->size, a->stride, offset, &seen));
  TRY(op_reshape(seen, (Ints){1, {-1}}, &places));
  TRY(op_reshape(c->grad[0], (Ints){1, {-1}}, &grad));
  TRY(op_new_zeros(c->grad[0], (Ints){1, {extent}}, DTYPE_NONE, &zeros));
  TRY(op_index_add(zeros, 0, places, grad, scalar_int(1), &sums));
  return layout_gather(sums, input, &c->result[0]);
}

Status composite_as_strided_scatter(Call *c) {
  const AsStridedScatterAttrs *a = c->attrs;
  OWNED Tensor *copy = NULL, *part = NULL;
  TRY(op_clone(c->in[0], &copy));
  TRY(op_as_strided(copy, a->size, a->stride, a->storage_offset, &part));
  TRY(op_call_in_place(OP_COPY, (Tensor *[]){part, c->in[1]}, 2, NULL));
  c->out[0] = owned_give(&copy);
  return OK;
}

/* The part that was written takes its gradient away from what was there before. */
Status backward_as_strided_scatter(Backward *c) {
  const AsStridedScatterAttrs *a = c->attrs;
  OWNED Tensor *g = NULL, *flat = NULL, *part = NULL, *zeros = NULL, *rest = NULL;
  TRY(layout_spread(c->grad[0], c->input[0], &g));
  TRY(op_contiguous(g, &flat));
  const int64_t offset = a->storage_offset < 0 ? 0 : a->storage_offset;
  TRY(op_as_strided(flat, a->size, a->stride, flat->offset + offset, &part));
  if (c->needs & 2) c->result[1] = tensor_retain(part);
  if (!(c->needs & 1)) return OK;
  TRY(op_zeros_like(part, DTYPE_NONE, &zeros));
  TRY(op_as_strided_scatter(flat, zeros, a->size, a->stride, a->storage_offset, &rest));
  return layout_gather(rest, c->input[0], &c->result[0]);
}
