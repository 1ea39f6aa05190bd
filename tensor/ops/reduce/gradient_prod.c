/* gradient_prod.c: the gradient of a product: for each element the product of the others. */
#include "core/internal.h"

/* Columns [from, from + n) of a matrix. */
static Status columns(Tensor *x, int64_t from, int64_t n, Tensor **out) { return op_narrow(x, 1, from, n, out); }

static Status join(Tensor *a, Tensor *b, Tensor **out) {
  Tensor *both[] = {a, b};
  return op_cat(2, both, 1, out);
}

/* 'p' with column j multiplied by column j - step, or j + step with 'from_end', where there is one. */
static Status scan_step(Tensor *p, int64_t step, bool from_end, Tensor **out) {
  int64_t n = p->shape[1];
  Tensor *t[4] = {0};
  Status status = columns(p, 0, n - step, &t[0]);
  if (status == OK) status = columns(p, step, n - step, &t[1]);
  if (status == OK) status = op_mul(t[0], t[1], &t[2]);
  if (status == OK) status = columns(p, from_end ? n - step : 0, step, &t[3]);
  if (status == OK) status = from_end ? join(t[2], t[3], out) : join(t[3], t[2], out);
  for (int i = 0; i < 4; i++) tensor_release(t[i]);
  return status;
}

/* In each row the products of all elements before a column (or behind it): a shift, then
** log n steps (Hillis and Steele 1986). */
static Status products_beside(Tensor *x, bool from_end, Tensor **out) {
  int64_t n = x->shape[1];
  Tensor *ones = NULL, *rest = NULL, *p = NULL;
  Status status = op_new_ones(x, (Ints){2, {x->shape[0], 1}}, DTYPE_NONE, &ones);
  if (status == OK) status = columns(x, from_end ? 1 : 0, n - 1, &rest);
  if (status == OK) status = from_end ? join(rest, ones, &p) : join(ones, rest, &p);
  for (int64_t step = 1; step < n && status == OK; step *= 2) {
    Tensor *next = NULL;
    status = scan_step(p, step, from_end, &next);
    tensor_release(p);
    p = next;
  }
  tensor_release(ones);
  tensor_release(rest);
  *out = p;
  return status;
}

/* Without divisions, so that it can be differentiated where elements are 0. */
static Status others_by_scan(Tensor *x, uint32_t bits, Tensor **out) {
  Ints order = {.n = 0}, moved = {.n = 0}, back = {.n = x->ndim};
  int64_t n = 1;
  for (int pass = 0; pass < 2; pass++) /* the dimensions of the product come last */
    for (int d = 0; d < x->ndim; d++) {
      if ((int)(bits >> d & 1) != pass) continue;
      if (pass == 1) n *= x->shape[d];
      back.v[d] = order.n;
      moved.v[moved.n++] = x->shape[d];
      order.v[order.n++] = d;
    }
  Tensor *t[6] = {0};
  Status status = op_permute(x, order, &t[0]);
  if (status == OK) status = op_reshape(t[0], (Ints){2, {x->numel / n, n}}, &t[1]);
  if (status == OK) status = products_beside(t[1], false, &t[2]);
  if (status == OK) status = products_beside(t[1], true, &t[3]);
  if (status == OK) status = op_mul(t[2], t[3], &t[4]);
  if (status == OK) status = op_reshape(t[4], moved, &t[5]);
  if (status == OK) status = op_permute(t[5], back, out);
  for (int i = 0; i < 6; i++) tensor_release(t[i]);
  return status;
}

/* The product divided by each element. With zeros: where there is just one, its others
** are the product of the rest; all others of that product are 0. */
static Status others_by_division(Tensor *x, const Ints *dim, Tensor *zeros, Tensor **out) {
  Tensor *t[6] = {0};
  Status status = op_masked_fill(x, zeros, scalar_int(1), &t[0]);
  if (status == OK) status = op_prod(t[0], *dim, true, DTYPE_NONE, &t[1]);
  if (status == OK) status = op_sum(zeros, *dim, true, DTYPE_NONE, &t[2]);
  if (status == OK) status = op_ne(t[2], zeros, &t[3]); /* another one is zero */
  if (status == OK) status = op_div(t[1], t[0], &t[4]);
  if (status == OK) status = op_masked_fill(t[4], t[3], scalar_int(0), out);
  for (int i = 0; i < 6; i++) tensor_release(t[i]);
  return status;
}

/* The scan costs more, so it is for gradients that may be differentiated, and for zeros alone. */
Status backward_prod(Backward *c) {
  const ProdAttrs *a = c->attrs;
  Tensor *x = c->input[0], *t[5] = {0};
  uint32_t bits;
  TRY(resolve_dims("prod", &a->dim, x->ndim, &bits));
  if (x->numel == 0) return op_new_zeros(c->grad[0], backward_input_shape(c, 0), DTYPE_NONE, &c->result[0]);
  Status status = unreduce(c, c->grad[0], &a->dim, a->keepdim, &t[0]);
  if (status == OK) status = op_logical_not(x, &t[1]);
  if (status == OK) status = op_any(t[1], ints_none(), false, &t[2]);
  if (status == OK && grad_enabled() && *(bool *)tensor_data(t[2])) status = others_by_scan(x, bits, &t[3]);
  else if (status == OK) status = others_by_division(x, &a->dim, t[1], &t[3]);
  if (status == OK) status = op_mul(t[0], t[3], &c->result[0]);
  for (int i = 0; i < 5; i++) tensor_release(t[i]);
  return status;
}
