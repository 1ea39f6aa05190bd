/* index/gradient.c: gradients of the indexing ops that depend on shapes. */
#include "autograd/gradient.h"

/* 'grad' in the first corner of zeros of the given shape. */
static Status in_corner(Tensor *grad, Ints shape, Tensor **out) {
  Tensor *zeros = NULL, *part = NULL;
  bool same = true;
  for (int d = 0; d < shape.n; d++) same = same && shape.v[d] == grad->shape[d];
  *out = NULL;
  if (same) {
    *out = tensor_retain(grad);
    return OK;
  }
  TRY(op_new_zeros(grad, shape, DTYPE_NONE, &zeros));
  if (grad->numel == 0) { /* of no elements the other dimensions may be larger than those of 'shape' */
    *out = zeros;
    return OK;
  }
  part = tensor_retain(zeros);
  Status status = OK;
  for (int d = 0; d < shape.n && status == OK; d++) {
    Tensor *next = NULL;
    status = op_narrow(part, d, 0, grad->shape[d], &next);
    tensor_release(part);
    part = next;
  }
  if (status == OK) {
    Tensor *in[] = {part, grad};
    status = op_call_in_place(OP_COPY, in, 2, NULL);
  }
  tensor_release(part);
  if (status == OK) *out = zeros;
  else tensor_release(zeros);
  return status;
}

/* The gradient of src: what index reads; nothing where src is larger than index. */
static Status source_gradient(Backward *c, int64_t dim) {
  Tensor *read;
  TRY(op_gather(c->grad[0], dim, c->input[1], &read));
  Status status = in_corner(read, backward_input_shape(c, 2), &c->result[2]);
  tensor_release(read);
  return status;
}

Status backward_scatter_add(Backward *c) {
  const ScatterAddAttrs *a = c->attrs;
  if (c->needs & 1) c->result[0] = tensor_retain(c->grad[0]);
  return c->needs & 4 ? source_gradient(c, a->dim) : OK;
}

/* The gradient of the input: 0 at the positions written over (reduce none), kept whole with add. */
static Status scatter_input(Backward *c, int64_t dim, int reduce) {
  if (reduce == 2) return fail(ERROR_ARGUMENT, "scatter: has no gradient with reduce = \"multiply\"");
  if (reduce == 1) c->result[0] = tensor_retain(c->grad[0]);
  return reduce == 1 ? OK : op_scatter_value(c->grad[0], dim, c->input[1], scalar_int(0), 0, &c->result[0]);
}

Status backward_scatter_value(Backward *c) {
  const ScatterValueAttrs *a = c->attrs;
  return scatter_input(c, a->dim, a->reduce);
}

Status backward_scatter(Backward *c) {
  const ScatterAttrs *a = c->attrs;
  if (a->reduce == 2 || c->needs & 1) TRY(scatter_input(c, a->dim, a->reduce));
  return c->needs & 4 ? source_gradient(c, a->dim) : OK;
}

Status backward_index(Backward *c) {
  const IndexAttrs *a = c->attrs;
  Tensor *zeros;
  TRY(op_new_zeros(c->grad[0], backward_input_shape(c, 0), DTYPE_NONE, &zeros));
  Status status = op_index_put(zeros, c->grad[0], a->dims, true, c->n_inputs - 1, c->input + 1, &c->result[0]);
  tensor_release(zeros);
  return status;
}

Status backward_index_put(Backward *c) {
  const IndexPutAttrs *a = c->attrs;
  int n = c->n_inputs - 2;
  Tensor *zero;
  if (c->needs & 2) TRY(op_index(c->grad[0], a->dims, n, c->input + 2, &c->result[1]));
  if (!(c->needs & 1)) return OK;
  if (a->accumulate) {
    c->result[0] = tensor_retain(c->grad[0]);
    return OK;
  }
  TRY(op_new_zeros(c->grad[0], (Ints){.n = 0}, DTYPE_NONE, &zero));
  Status status = op_index_put(c->grad[0], zero, a->dims, false, n, c->input + 2, &c->result[0]);
  tensor_release(zero);
  return status;
}

/* Slices of the gradient, of the sizes that were kept; none for left-out tensors. */
Status backward_join(Backward *c) {
  const JoinAttrs *a = c->attrs;
  const int64_t *sizes = tensor_data(c->output[1]);
  int64_t at = 0;
  for (int i = 0; i < c->n_inputs; i++) {
    Ints shape = backward_input_shape(c, i);
    if (shape.n == 1 && shape.v[0] == 0) TRY(op_new_zeros(c->grad[0], shape, DTYPE_NONE, &c->result[i]));
    else if (shape.n >= 0) TRY(op_narrow(c->grad[0], a->dim, at, sizes[i], &c->result[i]));
    at += sizes[i];
  }
  return OK;
}
