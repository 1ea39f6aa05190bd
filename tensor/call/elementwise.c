/* elementwise.c: ops element by element: promotion, broadcasting, strips between operands of other dtypes. */
#include "road.h"

/* Room for a real number of any dtype. */
typedef union {
  int64_t integer;
  double number;
} Element;

/* PyTorch's promotion: tensors with dimensions count before 0-dimensional ones, these
** before numbers, as long as the category is not lower. DTYPE_NONE: they have nothing in common. */
static DType common_dtype(const Call *c) {
  DType level[3] = {DTYPE_BOOL, DTYPE_BOOL, DTYPE_BOOL};
  bool any[3] = {false, false, false};
  for (int i = 0; i < c->n_in; i++) {
    const Tensor *t = c->in[i];
    if (c->info->bool_operands >> i & 1) continue;
    int l = t->ndim > 0 ? 0 : t->flags & TENSOR_WRAPPED_NUMBER ? 2 : 1;
    level[l] = any[l] ? dtype_promote(level[l], (DType)t->dtype) : (DType)t->dtype;
    if (level[l] == DTYPE_NONE) return DTYPE_NONE;
    any[l] = true;
  }
  DType result = DTYPE_BOOL;
  bool have = false;
  for (int l = 0; l < 3; l++) {
    if (!any[l]) continue;
    DType d = level[l];
    if (l == 2 && dtype_is_float(d)) d = dtype_default(); /* a Lua float */
    if (l == 2 && dtype_is_complex(d)) d = dtype_complex(dtype_default());
    if (!have) result = d;
    else if (dtype_category(d) > dtype_category(result))
      result = dtype_is_complex(d) && dtype_is_float(result) ? dtype_complex(result) : d;
    have = true;
  }
  return result;
}

static Status not_bool(const Call *c, int input) {
  int i = 0;
  while (c->info->args[i].type != ARG_TENSOR || c->info->args[i].input != input) i++;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected a tensor of bool, got %s", c->info->lua_name,
              c->info->args[i].name, i + 1, dtype_name((DType)c->in[input]->dtype));
}

static Status nothing_common(const Call *c) {
  DType a = (DType)c->in[0]->dtype, b = a;
  for (int i = 0; i < c->n_in; i++)
    for (int j = 0; j < i; j++)
      if (dtype_promote((DType)c->in[j]->dtype, (DType)c->in[i]->dtype) == DTYPE_NONE)
        a = (DType)c->in[j]->dtype, b = (DType)c->in[i]->dtype;
  return fail(ERROR_ARGUMENT, "%s: %s and %s have no dtype in common; cast first", c->info->lua_name, dtype_name(a),
              dtype_name(b));
}

static DType elementwise_result(const OpInfo *info, DType compute) {
  return info->result == RESULT_BOOL ? DTYPE_BOOL : info->real_result ? dtype_real(compute) : compute;
}

Status call_elementwise_dtypes(const Call *c, DType *compute, DType *result) {
  bool same = c->n_in > 0;
  for (int i = 0; i < c->n_in; i++) {
    if (c->in[i] == NULL)
      return fail(ERROR_ARGUMENT, "%s: argument %d is missing", c->info->lua_name, i + 1);
    if ((c->info->bool_operands >> i & 1) && c->in[i]->dtype != DTYPE_BOOL && c->in[i]->dtype != DTYPE_UINT8)
      return not_bool(c, i);
    if (dtype_is_stored((DType)c->in[i]->dtype)) return call_undefined_for(c, 0, (DType)c->in[i]->dtype);
    same = same && c->in[i]->dtype == c->in[0]->dtype && c->info->bool_operands == 0 &&
           !(c->in[i]->flags & TENSOR_WRAPPED_NUMBER);
  }
  DType d = same ? (DType)c->in[0]->dtype : common_dtype(c);
  if (d == DTYPE_NONE) return nothing_common(c);
  if (c->info->result == RESULT_FLOAT && !dtype_has_gradient(d)) d = dtype_default();
  if (c->info->result == RESULT_NUMBER && d == DTYPE_BOOL) d = DTYPE_INT64;
  if (c->info->numbers == NUMBERS_PROMOTE && !dtype_has_gradient(d) && call_has_float_number(c)) d = dtype_default();
  *compute = d;
  *result = elementwise_result(c->info, d);
  if (c->info->check != NULL) TRY(c->info->check(c));
  if (!call_computes(c, dtype_compute(d))) return call_undefined_for(c, 0, d);
  return c->info->numbers != NUMBERS_NONE ? call_check_numbers(c, d) : OK;
}

/* Whether an op of integers or booleans may compute in floats. */
static bool may_become_float(const OpInfo *info, DType d) {
  return (info->result == RESULT_FLOAT || info->numbers == NUMBERS_PROMOTE) && !dtype_has_gradient(d);
}

bool call_is_plain(Call *c, StripFn *strip) {
  const Tensor *a = c->in[0];
  if (a == NULL || c->info->bool_operands != 0 || !tensor_is_contiguous(a)) return false;
  if (may_become_float(c->info, (DType)a->dtype)) return false;
  for (int i = 0; i < c->n_in; i++) {
    const Tensor *t = c->in[i];
    if (t == NULL || t->kind != a->kind || (t->flags & TENSOR_WRAPPED_NUMBER)) return false;
    if (i > 0 && (!tensor_same_shape(a, t) || !tensor_is_contiguous(t))) return false;
  }
  c->device = device_of(a);
  if (c->device->strips == NULL) return c->device->has(c->info, (DType)a->dtype);
  return (*strip = call_strip_of(c, (DType)a->dtype)) != NULL;
}

/* One strip: the whole of a small tensor. */
static void elementwise_small(const Call *c, StripFn strip, DType compute, DType result) {
  char *p[ITER_MAX_OPERANDS];
  int64_t stride[ITER_MAX_OPERANDS];
  p[0] = tensor_data(c->out[0]);
  stride[0] = (int64_t)dtype_size(result);
  for (int i = 0; i < c->n_in; i++) {
    p[i + 1] = tensor_data(c->in[i]);
    stride[i + 1] = (int64_t)dtype_size(compute);
  }
  strip(c->in[0]->numel, p, stride, c->attrs);
}

#define EXACT_IN_DOUBLE (1LL << 53)

/* Whether the call is a small tensor and a number that takes its dtype, as in `x * 2`: then *strip is its loop, and
** 'element' the number in that dtype. Returns which input the tensor is, or -1. */
static int call_tensor_and_number(Call *c, StripFn *strip, Element *element) {
  if (c->n_in != 2 || c->info->bool_operands != 0 || c->in[0] == NULL || c->in[1] == NULL) return -1;
  const int at = c->in[0]->flags & TENSOR_WRAPPED_NUMBER ? 1 : 0;
  const Tensor *t = c->in[at], *number = c->in[1 - at];
  const DType d = (DType)t->dtype, from = (DType)number->dtype;
  if ((t->flags & TENSOR_WRAPPED_NUMBER) || !(number->flags & TENSOR_WRAPPED_NUMBER)) return -1;
  if (t->numel > STRIP || !tensor_is_contiguous(t)) return -1;
  if (d == DTYPE_BOOL || dtype_is_complex(d) || dtype_category(from) > dtype_category(d)) return -1;
  if (may_become_float(c->info, d)) return -1;
  c->device = device_of(t);
  if (c->device->strips == NULL || (*strip = call_strip_of(c, d)) == NULL) return -1;
  const Scalar v = element_get(from, tensor_data(number));
  if (v.kind != SCALAR_FLOAT && (v.as.i > EXACT_IN_DOUBLE || v.as.i < -EXACT_IN_DOUBLE)) return -1;
  element_set(d, element, v);
  return at;
}

static void elementwise_with_number(const Call *c, StripFn strip, int at, Element *element, DType result) {
  const Tensor *t = c->in[at];
  char *p[3] = {tensor_data(c->out[0]), NULL, NULL};
  int64_t stride[3] = {(int64_t)dtype_size(result), 0, 0};
  p[1 + at] = tensor_data(t);
  stride[1 + at] = (int64_t)tensor_itemsize(t);
  p[2 - at] = (char *)element;
  if (t->numel == 1) stride[2 - at] = stride[1 + at]; /* as beside a tensor: loops for a constant differ at -0 */
  strip(t->numel, p, stride, c->attrs);
}

static Status elementwise_number(Call *c, StripFn strip, int at, Element *element) {
  const DType d = (DType)c->in[at]->dtype, result = elementwise_result(c->info, d);
  if (c->info->check != NULL) TRY(c->info->check(c));
  if (c->info->numbers != NUMBERS_NONE) TRY(call_check_numbers(c, d));
  TRY(tensor_empty_like(c->in[at], result, &c->out[0]));
  elementwise_with_number(c, strip, at, element, result);
  return call_finish(c);
}

static Status elementwise_plain(Call *c, StripFn strip) {
  DType compute = (DType)c->in[0]->dtype;
  DType result = elementwise_result(c->info, compute);
  if (c->info->numbers != NUMBERS_NONE && c->attrs != c->info->defaults) TRY(call_check_numbers(c, compute));
  TRY(tensor_empty_like(c->in[0], result, &c->out[0]));
  if (c->in[0]->numel <= STRIP && strip != NULL) elementwise_small(c, strip, compute, result);
  else TRY(c->device->elementwise(c, compute, result));
  return call_finish(c);
}

/* Whether 'to', which is written element by element, holds other elements of an input: they would be read too late. */
static bool elementwise_overlaps(const Call *c, const Tensor *to) {
  for (int i = 0; i < c->n_in; i++) {
    const Tensor *t = c->in[i];
    if (t->storage == to->storage && (t->offset != to->offset || t->dtype != to->dtype)) return true;
  }
  return false;
}

bool call_plain_into(Call *c, Tensor *to, Status *status) {
  StripFn strip = NULL;
  Element element;
  if (c->op == OP_COPY || (to->flags & TENSOR_WRAPPED_NUMBER)) return false;
  const bool plain = call_is_plain(c, &strip) && strip != NULL;
  const int at = plain ? 0 : call_tensor_and_number(c, &strip, &element);
  if (at < 0) return false;
  const Tensor *t = c->in[at];
  const DType d = (DType)t->dtype, result = elementwise_result(c->info, d);
  if (to != t && (to->device != t->device || !tensor_same_shape(to, t) || !tensor_is_contiguous(to))) return false;
  if (result != (DType)to->dtype || elementwise_overlaps(c, to)) return false;
  *status = plain || c->info->check == NULL ? OK : c->info->check(c);
  if (*status != OK) return true;
  if (c->info->numbers != NUMBERS_NONE && c->attrs != c->info->defaults) *status = call_check_numbers(c, d);
  if (*status != OK) return true;
  c->out[0] = to;
  c->wrote = true;
  if (!plain) elementwise_with_number(c, strip, at, &element, result);
  else if (t->numel <= STRIP) elementwise_small(c, strip, d, result);
  else *status = c->device->elementwise(c, d, result);
  if (*status == OK) *status = call_finish(c);
  c->out[0] = NULL;
  return true;
}

/* The result is laid out as the operands of its shape are, where they agree and have no gaps: an
** elementwise op on transposed matrices runs along their memory, not across it. */
static void keep_layout(const Call *c, Tensor *out) {
  const Tensor *like = NULL;
  for (int i = 0; i < c->n_in; i++) {
    const Tensor *t = c->in[i];
    if (!tensor_same_shape(t, out)) continue;
    if (like == NULL) like = t;
    for (int d = 0; d < out->ndim; d++)
      if (out->shape[d] != 1 && t->stride[d] != like->stride[d]) return;
  }
  if (like == NULL || out->numel == 0 || tensor_is_contiguous(like) || !tensor_is_dense(like)) return;
  memcpy(out->stride, like->stride, sizeof out->stride);
}

/* An op that only moves elements, of a dtype without kernels. */
static Status copied(Call *c) {
  TRY(call_output(c, 0, (DType)c->in[0]->dtype, c->in[0]->ndim, c->in[0]->shape));
  return tensor_copy_raw(c->out[0], c->in[0]);
}

static Status elementwise_run(Call *c) {
  DType compute, result;
  int ndim = 0;
  int64_t shape[TENSOR_MAX_DIMS];
  StripFn strip = NULL;
  Element element;
  if (call_is_plain(c, &strip)) return elementwise_plain(c, strip);
  const int at = call_tensor_and_number(c, &strip, &element);
  if (at >= 0) return elementwise_number(c, strip, at, &element);
  TRY(call_find_device(c));
  if (c->info->moves && c->in[0] != NULL && !call_computes(c, (DType)c->in[0]->dtype)) return copied(c);
  TRY(call_elementwise_dtypes(c, &compute, &result));
  TRY(broadcast_shape(c->info->lua_name, c->n_in, c->in, &ndim, shape));
  TRY(call_output(c, 0, result, ndim, shape));
  if (ndim > 1 && c->op != OP_CLONE) keep_layout(c, c->out[0]); /* contiguous() is made of clone() */
  TRY(c->device->elementwise(c, compute, result));
  return call_finish(c);
}

Status call_elementwise(Call *c) {
  return call_has_bounds(c) ? call_bounded(c, elementwise_run) : elementwise_run(c);
}
