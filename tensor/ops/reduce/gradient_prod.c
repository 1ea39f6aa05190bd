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
  OWNED Tensor *left = NULL, *right = NULL, *product = NULL, *rest = NULL;
  TRY(columns(p, 0, n - step, &left));
  TRY(columns(p, step, n - step, &right));
  TRY(op_mul(left, right, &product));
  TRY(columns(p, from_end ? n - step : 0, step, &rest));
  return from_end ? join(product, rest, out) : join(rest, product, out);
}

/* In each row the products of all elements before a column (or behind it): a shift, then
** log n steps (Hillis and Steele 1986). */
static Status products_beside(Tensor *x, bool from_end, Tensor **out) {
  int64_t n = x->shape[1];
  OWNED Tensor *ones = NULL, *rest = NULL, *p = NULL;
  TRY(op_new_ones(x, (Ints){2, {x->shape[0], 1}}, DTYPE_NONE, &ones));
  TRY(columns(x, from_end ? 1 : 0, n - 1, &rest));
  TRY(from_end ? join(rest, ones, &p) : join(ones, rest, &p));
  for (int64_t step = 1; step < n; step *= 2) {
    Tensor *next = NULL;
    TRY(scan_step(p, step, from_end, &next));
    tensor_release(p);
    p = next;
  }
  *out = owned_give(&p);
  return OK;
}

/* The order of dimensions with those of the product last, the sizes in that order, and the way back. Returns how many
** elements one product has. */
static int64_t product_last(const Tensor *x, uint32_t bits, Ints *order, Ints *moved, Ints *back) {
  int64_t n = 1;
  *order = *moved = (Ints){.n = 0};
  *back = (Ints){.n = x->ndim};
  for (int pass = 0; pass < 2; pass++)
    for (int d = 0; d < x->ndim; d++) {
      if ((int)(bits >> d & 1) != pass) continue;
      if (pass == 1) n *= x->shape[d];
      back->v[d] = order->n;
      moved->v[moved->n++] = x->shape[d];
      order->v[order->n++] = d;
    }
  return n;
}

/* Without divisions, so that it can be differentiated where elements are 0. */
static Status others_by_scan(Tensor *x, uint32_t bits, Tensor **out) {
  Ints order, moved, back;
  int64_t n = product_last(x, bits, &order, &moved, &back);
  OWNED Tensor *last = NULL, *rows = NULL, *before = NULL, *behind = NULL, *others = NULL, *shaped = NULL;
  TRY(op_permute(x, order, &last));
  TRY(op_reshape(last, (Ints){2, {x->numel / n, n}}, &rows));
  TRY(products_beside(rows, false, &before));
  TRY(products_beside(rows, true, &behind));
  TRY(op_mul(before, behind, &others));
  TRY(op_reshape(others, moved, &shaped));
  return op_permute(shaped, back, out);
}

/* Whether all products are finite and have all their digits, so that they can be divided. */
static Status products_fit(Tensor *product, bool *fit) {
  const DTypeInfo *info = &dtype_table[product->dtype];
  OWNED Tensor *size = NULL, *bounded = NULL, *outside = NULL, *any = NULL;
  *fit = true;
  if (!device_has_data(tensor_device(product))) return OK;
  Scalar found;
  TRY(op_abs(product, &size));
  TRY(op_clamp(size, (OptionalScalar){true, scalar_float(info->tiny)},
               (OptionalScalar){true, scalar_float(info->highest)}, &bounded));
  TRY(op_ne(size, bounded, &outside));
  TRY(op_any(outside, ints_none(), false, &any));
  TRY(tensor_item("prod", any, &found));
  *fit = found.as.i == 0;
  return OK;
}

/* The product divided by each element, unless it has become too large or too small for that. With zeros: where there is
** just one, its others are the product of the rest; all others of that product are 0. */
static Status others_by_division(Tensor *x, const Ints *dim, uint32_t bits, Tensor *zeros, Tensor **out) {
  OWNED Tensor *nonzero = NULL, *product = NULL, *count = NULL, *another = NULL, *quotient = NULL;
  bool fit;
  TRY(op_masked_fill(x, zeros, scalar_int(1), &nonzero));
  TRY(op_prod(nonzero, *dim, true, DTYPE_NONE, &product));
  TRY(products_fit(product, &fit));
  TRY(op_sum(zeros, *dim, true, DTYPE_NONE, &count));
  TRY(op_ne(count, zeros, &another)); /* another one is zero */
  TRY(fit ? op_div(product, nonzero, &quotient) : others_by_scan(x, bits, &quotient));
  return op_masked_fill(quotient, another, scalar_int(0), out);
}

/* The scan costs more, so it is for gradients that may be differentiated where there are zeros, and for products that
** cannot be divided. */
Status backward_prod(Backward *c) {
  const ProdAttrs *a = c->attrs;
  Tensor *x = c->input[0];
  OWNED Tensor *grad = NULL, *zeros = NULL, *any = NULL, *others = NULL;
  uint32_t bits;
  TRY(resolve_dims("prod", &a->dim, x->ndim, &bits));
  if (x->numel == 0) return op_new_zeros(c->grad[0], backward_input_shape(c, 0), DTYPE_NONE, &c->result[0]);
  TRY(unreduce(c, c->grad[0], &a->dim, a->keepdim, &grad));
  TRY(op_logical_not(x, &zeros));
  TRY(op_any(zeros, ints_none(), false, &any));
  Scalar zero = scalar_bool(true); /* without data: as if there were one */
  if (grad_enabled() && device_has_data(tensor_device(any))) TRY(tensor_item("prod", any, &zero));
  if (grad_enabled() && zero.as.i != 0) TRY(others_by_scan(x, bits, &others));
  else TRY(others_by_division(x, &a->dim, bits, zeros, &others));
  return op_mul(grad, others, &c->result[0]);
}
