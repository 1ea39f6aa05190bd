/* check.c: what every call of an op is checked for: dtypes, numbers, what may be changed in place. */
#include <stdio.h>

#include "road.h"

/* The number of argument 'arg', or NULL when it is none or not given. */
static const Scalar *number_of(const OpArg *arg, const void *attrs) {
  const char *at = (const char *)attrs + arg->offset;
  if (arg->type == ARG_NUMBER) return (const Scalar *)at;
  if (arg->type != ARG_OPTIONAL_NUMBER || !((const OptionalScalar *)at)->given) return NULL;
  return &((const OptionalScalar *)at)->value;
}

/* The numbers of a call, which kernels convert to 'dtype', must have a value there. Those that are given by name alone
** are factors: of 16 bits the product is made in float32, so they need not be numbers of 16 bits. */
Status call_check_numbers(const Call *c, DType dtype) {
  const OpInfo *info = c->info;
  if (dtype == DTYPE_FLOAT64) return OK;
  for (int i = 1; i < info->n_args; i++) {
    const Scalar *s = number_of(&info->args[i], c->attrs);
    if (s == NULL) continue;
    if (s->kind == SCALAR_FLOAT && info->numbers == NUMBERS_SAME && !dtype_has_gradient(dtype))
      return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected an integer for tensors of %s, got %g",
                  info->lua_name, info->args[i].name, i + 1, dtype_name(dtype), shown(s->as.f));
    const DType held = info->args[i].keyword_only && dtype_is_float(dtype) ? dtype_compute(dtype) : dtype;
    TRY(scalar_check(info->lua_name, info->args[i].name, i + 1, *s, held));
  }
  return OK;
}

bool call_has_float_number(const Call *c) {
  for (int i = 1; i < c->info->n_args; i++) {
    const Scalar *s = number_of(&c->info->args[i], c->attrs);
    if (s != NULL && s->kind == SCALAR_FLOAT) return true;
  }
  return false;
}

/* The one place that says which dtypes an op does not know. 'arg': place of the argument, 0: all of them together. */
Status call_undefined_for(const Call *c, int arg, DType d) {
  char where[80] = "";
  if (arg > 0) snprintf(where, sizeof where, "'%s' (argument %d): ", c->info->args[arg - 1].name, arg);
  if (c->device != NULL && !c->device->host && device_table[DEVICE_CPU]->has(c->info, dtype_compute(d)))
    return fail(ERROR_ARGUMENT, "%s: %snot there on %s for %s yet", c->info->lua_name, where,
                device_kind(c->device->type), dtype_name(d));
  return fail(ERROR_ARGUMENT, "%s: %snot defined for tensors of dtype %s%s", c->info->lua_name, where, dtype_name(d),
              !dtype_is_stored(d) ? "" : dtype_is_float(d) ? "; cast first, for example with :to('float32')"
                                                           : "; cast first, for example with :to('int64')");
}

Status call_check_types(const Call *c) {
  const OpInfo *info = c->info;
  for (int i = 0; i < info->n_args; i++) {
    const OpArg *arg = &info->args[i];
    if (arg->type != ARG_TENSOR) continue;
    int count = arg->list ? c->n_in - arg->input : 1;
    for (int k = 0; k < count; k++) {
      const Tensor *t = c->in[arg->input + k];
      if (t == NULL && arg->optional) continue;
      if (t == NULL)
        return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d) is missing", info->lua_name, arg->name, i + 1);
      if (!(info->types >> t->dtype & 1) && !(info->bool_operands >> arg->input & 1))
        return call_undefined_for(c, i + 1, (DType)t->dtype);
    }
  }
  return OK;
}

Status call_check_kernel_types(const Call *c) {
  const OpInfo *info = c->info;
  TRY(call_check_types(c));
  return info->numbers != NUMBERS_NONE && c->n_in > 0 ? call_check_numbers(c, (DType)c->in[0]->dtype) : OK;
}

/* Refuses to change what several positions share, and what wants a gradient, unless the formula of the row knows
** of the change. */
Status call_check_mutated(const Call *c) {
  const OpInfo *info = c->info;
  for (int i = 0; i < info->n_args; i++) {
    const OpArg *arg = &info->args[i];
    if (arg->type != ARG_TENSOR || !(info->mutates >> arg->input & 1) || c->in[arg->input] == NULL) continue;
    const Tensor *t = c->in[arg->input];
    if (tensor_is_expanded(t))
      return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): an expanded tensor cannot be changed in place; use :clone()",
                  info->lua_name, arg->name, i + 1);
    if (!grad_enabled() || (info->differentiable >> arg->input & 1) || !tensor_requires_grad(t)) continue;
    return fail(ERROR_ARGUMENT,
                "%s: '%s' (argument %d): is changed in place, which a tensor that requires a gradient cannot be; "
                "use torch.no_grad",
                info->lua_name, arg->name, i + 1);
  }
  return OK;
}

Status call_check_target(const Call *c, DType result, int ndim, const int64_t *shape) {
  const Tensor *t = c->in[0];
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (!dtype_can_cast(result, (DType)t->dtype) && c->op != OP_COPY)
    return fail(ERROR_ARGUMENT, "%s_: the result is %s and cannot be stored in a tensor of %s",
                c->info->lua_name, dtype_name(result), dtype_name((DType)t->dtype));
  bool same = ndim == t->ndim;
  for (int d = 0; same && d < ndim; d++) same = shape[d] == t->shape[d];
  if (!same)
    return fail(ERROR_ARGUMENT, "%s_: the result has shape %s, the tensor to hold it %s",
                c->info->lua_name, shape_text(a, ndim, shape), shape_text(b, t->ndim, t->shape));
  if (tensor_is_expanded(t))
    return fail(ERROR_ARGUMENT, "%s_: an expanded tensor cannot be changed in place; use :clone()", c->info->lua_name);
  return OK;
}
