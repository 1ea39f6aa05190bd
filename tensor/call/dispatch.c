/* dispatch.c: the one road of every op: check, promote and broadcast, allocate, run
** the device's kernel, note the tape.
*/
#include <stdio.h>

#include "core/internal.h"
#include "call/formula.h"

/* The functions of the op on this processor. */
static inline StripFn strip_of(const Call *c, DType dtype) {
  if (c->op < OP_COUNT) return cpu_strips[dtype][c->op];
  return c->info->strips[dtype];
}
static inline KernelFn kernel_of(const Call *c) { return c->op < OP_COUNT ? cpu_kernels[c->op] : c->info->kernel; }

/* The options of a creation op, or NULL. */
static const CreationOptions *creation_options(const Call *c) {
  if (c->info->kind != KIND_CREATE) return NULL;
  return (const CreationOptions *)((const char *)c->attrs + c->info->options_at);
}

Status call_output(Call *c, int i, DType dtype, int ndim, const int64_t *shape) {
  Device device = {DEVICE_CPU, 0};
  const Tensor *t = i == 0 ? c->target : NULL;
  if (t != NULL && t->dtype == dtype && t->ndim == ndim && memcmp(t->shape, shape, sizeof *shape * (size_t)ndim) == 0) {
    c->out[0] = tensor_retain(c->target);
    return OK;
  }
  for (int k = 0; k < c->n_in; k++)
    if (c->in[k] != NULL) {
      device = tensor_device(c->in[k]);
      break;
    }
  const CreationOptions *options = creation_options(c);
  if (options != NULL && options->device.type != DEVICE_NONE) device = options->device;
  if (options != NULL && !(c->info->types >> dtype & 1))
    return fail(ERROR_ARGUMENT, "%s: not defined for tensors of dtype %s", c->info->lua_name, dtype_name(dtype));
  return tensor_empty(c->info->lua_name, ndim, shape, dtype, device, &c->out[i]);
}

static Status call_finish(Call *c) {
  if (kernel_faulted()) return kernel_fault_take(c->info->lua_name);
  if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
  return OK;
}

/* The number of argument 'arg', or NULL when it is none or not given. */
static const Scalar *number_of(const OpArg *arg, const void *attrs) {
  const char *at = (const char *)attrs + arg->offset;
  if (arg->type == ARG_NUMBER) return (const Scalar *)at;
  if (arg->type != ARG_OPTIONAL_NUMBER || !((const OptionalScalar *)at)->given) return NULL;
  return &((const OptionalScalar *)at)->value;
}

/* The numbers of a call, which kernels convert to 'dtype', must have a value there. */
static Status check_numbers(const Call *c, DType dtype) {
  const OpInfo *info = c->info;
  if (dtype == DTYPE_FLOAT64) return OK;
  for (int i = 1; i < info->n_args; i++) {
    const Scalar *s = number_of(&info->args[i], c->attrs);
    if (s == NULL) continue;
    if (s->kind == SCALAR_FLOAT && info->numbers == NUMBERS_SAME && !dtype_has_gradient(dtype))
      return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected an integer for tensors of %s, got %g", info->lua_name,
                  info->args[i].name, i + 1, dtype_name(dtype), s->as.f);
    TRY(scalar_check(info->lua_name, info->args[i].name, i + 1, *s, dtype));
  }
  return OK;
}

static bool has_float_number(const Call *c) {
  for (int i = 1; i < c->info->n_args; i++) {
    const Scalar *s = number_of(&c->info->args[i], c->attrs);
    if (s != NULL && s->kind == SCALAR_FLOAT) return true;
  }
  return false;
}

static void call_drop(Call *c) {
  for (int i = 0; i < c->info->n_outputs; i++) {
    tensor_release(c->out[i]);
    c->out[i] = NULL;
  }
  if (c->list.v != NULL) tensor_list_release(&c->list);
}

/* ---- elementwise ---------------------------------------------------------- */

/* PyTorch's promotion: tensors with dimensions count before 0-dimensional ones, these
** before numbers, as long as the category is not lower. */
static DType common_dtype(const Call *c) {
  DType level[3] = {DTYPE_BOOL, DTYPE_BOOL, DTYPE_BOOL};
  bool any[3] = {false, false, false};
  for (int i = 0; i < c->n_in; i++) {
    const Tensor *t = c->in[i];
    if (c->info->bool_operands >> i & 1) continue;
    int l = t->ndim > 0 ? 0 : t->flags & TENSOR_WRAPPED_NUMBER ? 2 : 1;
    level[l] = any[l] ? dtype_promote(level[l], (DType)t->dtype) : (DType)t->dtype;
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

/* The one place that says which dtypes an op does not know. 'arg': place of the argument, 0: all of them together. */
static Status undefined_for(const Call *c, int arg, DType d) {
  char where[80] = "";
  if (arg > 0) snprintf(where, sizeof where, "'%s' (argument %d): ", c->info->args[arg - 1].name, arg);
  return fail(ERROR_ARGUMENT, "%s: %snot defined for tensors of dtype %s%s", c->info->lua_name, where, dtype_name(d),
              !dtype_is_stored(d) ? "" : dtype_is_float(d) ? "; cast first, for example with :to('float32')"
                                                           : "; cast first, for example with :to('int64')");
}

static DType elementwise_result(const OpInfo *info, DType compute) {
  return info->result == RESULT_BOOL ? DTYPE_BOOL : info->real_result ? dtype_real(compute) : compute;
}

static Status elementwise_dtypes(const Call *c, DType *compute, DType *result) {
  bool same = c->n_in > 0;
  for (int i = 0; i < c->n_in; i++) {
    if (c->in[i] == NULL)
      return fail(ERROR_ARGUMENT, "%s: argument %d is missing", c->info->lua_name, i + 1);
    if ((c->info->bool_operands >> i & 1) && c->in[i]->dtype != DTYPE_BOOL && c->in[i]->dtype != DTYPE_UINT8)
      return not_bool(c, i);
    if (dtype_is_stored((DType)c->in[i]->dtype)) return undefined_for(c, 0, (DType)c->in[i]->dtype);
    same = same && c->in[i]->dtype == c->in[0]->dtype && c->info->bool_operands == 0 &&
           !(c->in[i]->flags & TENSOR_WRAPPED_NUMBER);
  }
  DType d = same ? (DType)c->in[0]->dtype : common_dtype(c);
  if (c->info->result == RESULT_FLOAT && !dtype_has_gradient(d)) d = dtype_default();
  if (c->info->result == RESULT_NUMBER && d == DTYPE_BOOL) d = DTYPE_INT64;
  if (c->info->numbers == NUMBERS_PROMOTE && !dtype_has_gradient(d) && has_float_number(c)) d = dtype_default();
  *compute = d;
  *result = elementwise_result(c->info, d);
  if (strip_of(c, dtype_compute(d)) == NULL) return undefined_for(c, 0, d);
  return c->info->numbers != NUMBERS_NONE ? check_numbers(c, d) : OK;
}

/* A strip between operands of other dtypes: through buffers that stay in the first-level
** cache. */
typedef struct {
  StripFn strip;
  CastFn cast_in[ITER_MAX_OPERANDS]; /* NULL: used as it is */
  CastFn cast_out;
  int n_operands;
  int64_t length;                    /* elements that fit a buffer */
  int64_t size[ITER_MAX_OPERANDS];   /* element size inside the kernel */
  const void *attrs;
} Casting;

static void casting_strip(int64_t n, char *const *operands, const int64_t *strides, const void *self) {
  const Casting *e = self;
  _Alignas(64) char buffer[ITER_MAX_OPERANDS][BUFFER_BYTES];
  for (int64_t from = 0; from < n; from += e->length) {
    int64_t m = n - from < e->length ? n - from : e->length, stride[ITER_MAX_OPERANDS];
    char *p[ITER_MAX_OPERANDS], *target = operands[0] + from * strides[0];
    for (int k = 0; k < e->n_operands; k++) {
      stride[k] = strides[k];
      p[k] = operands[k] + from * stride[k];
      if (e->cast_in[k] == NULL) continue;
      e->cast_in[k](stride[k] == 0 ? 1 : m, buffer[k], e->size[k], p[k], stride[k]);
      p[k] = buffer[k];
      stride[k] = stride[k] == 0 ? 0 : e->size[k];
    }
    if (e->cast_out != NULL) p[0] = buffer[0], stride[0] = e->size[0];
    e->strip(m, p, stride, e->attrs);
    if (e->cast_out != NULL) e->cast_out(m, target, strides[0], buffer[0], e->size[0]);
  }
}

/* 'common': the dtype of the operation, which becomes that of the kernel; 'result': what it gives, common or bool. */
static void elementwise_run(Call *c, DType common, DType result) {
  const DType compute = dtype_compute(common);
  if (result == common) result = compute;
  Casting e = {.strip = strip_of(c, compute), .attrs = c->attrs, .n_operands = c->n_in + 1, .length = STRIP};
  if (dtype_size(compute) > 8) e.length = BUFFER_BYTES / ELEMENT_BYTES;
  Tensor *operands[ITER_MAX_OPERANDS];
  bool casts = c->out[0]->dtype != result;
  Iter it;
  operands[0] = c->out[0];
  e.size[0] = (int64_t)dtype_size(result);
  if (casts) e.cast_out = cpu_cast[result][c->out[0]->dtype];
  for (int i = 0; i < c->n_in; i++) {
    DType want = c->info->bool_operands >> i & 1 ? DTYPE_BOOL : compute;
    operands[i + 1] = c->in[i];
    e.size[i + 1] = (int64_t)dtype_size(want);
    if (c->in[i]->dtype == want) continue;
    e.cast_in[i + 1] = cpu_cast[c->in[i]->dtype][want];
    casts = true;
  }
  iter_init(&it, e.n_operands, operands);
  int cost = c->info->costly ? 8 : 3;
  if (casts) iter_run(&it, casting_strip, &e, cost);
  else iter_run(&it, e.strip, c->attrs, cost);
}

/* Contiguous operands of one shape and of the dtype that the kernel computes in: nothing
** to work out. */
static bool is_plain(const Call *c) {
  const Tensor *a = c->in[0];
  if (a == NULL || c->info->bool_operands != 0 || !tensor_is_contiguous(a)) return false;
  if (!dtype_has_gradient((DType)a->dtype) && (c->info->result == RESULT_FLOAT || c->info->numbers == NUMBERS_PROMOTE)) return false;
  for (int i = 0; i < c->n_in; i++) {
    const Tensor *t = c->in[i];
    if (t == NULL || t->dtype != a->dtype || (t->flags & TENSOR_WRAPPED_NUMBER)) return false;
    if (i > 0 && (!tensor_same_shape(a, t) || !tensor_is_contiguous(t))) return false;
  }
  return strip_of(c, (DType)a->dtype) != NULL;
}

/* One strip: the whole of a small tensor. */
static void elementwise_small(Call *c, DType compute, DType result) {
  char *p[ITER_MAX_OPERANDS];
  int64_t stride[ITER_MAX_OPERANDS];
  p[0] = tensor_data(c->out[0]);
  stride[0] = (int64_t)dtype_size(result);
  for (int i = 0; i < c->n_in; i++) {
    p[i + 1] = tensor_data(c->in[i]);
    stride[i + 1] = (int64_t)dtype_size(compute);
  }
  strip_of(c, compute)(c->in[0]->numel, p, stride, c->attrs);
}

static Status elementwise_plain(Call *c) {
  DType compute = (DType)c->in[0]->dtype;
  DType result = elementwise_result(c->info, compute);
  if (c->info->numbers != NUMBERS_NONE && c->attrs != c->info->defaults) TRY(check_numbers(c, compute));
  TRY(tensor_empty_like(c->in[0], result, &c->out[0]));
  if (c->in[0]->numel <= STRIP) elementwise_small(c, compute, result);
  else elementwise_run(c, compute, result);
  return call_finish(c);
}

/* Whether the elements of t fill their memory without gaps, in any order of the dimensions. */
static bool is_dense(const Tensor *t) {
  uint32_t done = 0;
  int64_t step = 1;
  for (int i = 0; i < t->ndim; i++) {
    int d = 0;
    while (d < t->ndim && (done >> d & 1 || (t->shape[d] != 1 && t->stride[d] != step))) d++;
    if (d == t->ndim) return false;
    done |= 1u << d;
    step *= t->shape[d];
  }
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
  if (like == NULL || out->numel == 0 || tensor_is_contiguous(like) || !is_dense(like)) return;
  memcpy(out->stride, like->stride, sizeof out->stride);
}

/* An op that only moves elements, of a dtype without kernels. */
static Status copied(Call *c) {
  TRY(call_output(c, 0, (DType)c->in[0]->dtype, c->in[0]->ndim, c->in[0]->shape));
  return tensor_copy_raw(c->out[0], c->in[0]);
}

static Status elementwise(Call *c) {
  DType compute, result;
  int ndim = 0;
  int64_t shape[TENSOR_MAX_DIMS];
  if (is_plain(c)) return elementwise_plain(c);
  if (c->info->moves && c->in[0] != NULL && strip_of(c, (DType)c->in[0]->dtype) == NULL) return copied(c);
  TRY(elementwise_dtypes(c, &compute, &result));
  TRY(broadcast_shape(c->info->lua_name, c->n_in, c->in, &ndim, shape));
  TRY(call_output(c, 0, result, ndim, shape));
  if (ndim > 1 && c->op != OP_CLONE) keep_layout(c, c->out[0]); /* contiguous() is made of clone() */
  elementwise_run(c, compute, result);
  return call_finish(c);
}

/* ---- views, kernels --------------------------------------------------------- */

/* Fills numel; a view can have more elements than memory (expand), but not more than an int64. */
static Status count_elements(const char *who, Tensor *t) {
  bool overflow = false;
  t->numel = 1;
  for (int d = 0; d < t->ndim; d++)
    if (t->shape[d] == 0) {
      t->numel = 0;
      return OK;
    }
  for (int d = 0; d < t->ndim; d++) overflow = overflow || __builtin_mul_overflow(t->numel, t->shape[d], &t->numel);
  if (!overflow && t->numel <= INT64_MAX / 8) return OK;
  char text[SHAPE_TEXT];
  return fail(ERROR_ARGUMENT, "%s: a tensor of shape %s has too many elements", who, shape_text(text, t->ndim, t->shape));
}

static void note_base(Tensor *view, Tensor *of) {
  if (grad_enabled()) view->base = tensor_retain(of->base != NULL ? of->base : of);
}

static Status view_list(Call *c) {
  TRY(c->info->views(c));
  for (int i = 0; i < c->list.n; i++) {
    TRY(count_elements(c->info->lua_name, c->list.v[i]));
    note_base(c->list.v[i], c->in[0]);
  }
  return OK;
}

static Status view(Call *c) {
  if (c->info->list_output) return view_list(c);
  Tensor *in = c->in[0];
  TRY(tensor_view_of(in, &c->out[0]));
  Tensor *out = c->out[0];
  TRY(c->info->view(in, c->attrs, out));
  TRY(count_elements(c->info->lua_name, out));
  note_base(out, in);
  return OK;
}

static Status check_types(const Call *c) {
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
        return undefined_for(c, i + 1, (DType)t->dtype);
    }
  }
  return OK;
}

static Status check_kernel_types(const Call *c) {
  const OpInfo *info = c->info;
  TRY(check_types(c));
  return info->numbers != NUMBERS_NONE && c->n_in > 0 ? check_numbers(c, (DType)c->in[0]->dtype) : OK;
}

/* Runs the kernel on copies of the inputs in the dtypes that kernels know (float32 for float16), and copies its
** results back. */
static Status run_computed(Call *c) {
  Tensor *few[OP_FEW], **in;
  Call inner = *c;
  TRY(tensors_room(c->n_in, few, &in));
  Status status = OK;
  inner.in = in;
  inner.target = NULL;
  memset(inner.out, 0, sizeof inner.out);
  for (int i = 0; i < c->n_in && status == OK; i++)
    if (c->in[i] != NULL) status = tensor_cast(c->in[i], dtype_compute((DType)c->in[i]->dtype), &in[i]);
  for (int i = 0; i < c->info->n_outputs && status == OK; i++) {
    Tensor *t = c->out[i];
    if (t == NULL || !dtype_is_computed((DType)t->dtype)) inner.out[i] = tensor_retain(t);
    else status = tensor_empty_cpu(t->ndim, t->shape, dtype_compute((DType)t->dtype), &inner.out[i]);
  }
  if (status == OK) status = kernel_of(c)(&inner);
  for (int i = 0; i < c->info->n_outputs && status == OK; i++)
    if (inner.out[i] != c->out[i]) status = tensor_copy_raw(c->out[i], inner.out[i]);
  for (int i = 0; i < c->n_in && i < 32 && status == OK; i++)
    if (in[i] != c->in[i] && c->info->mutates >> i & 1) status = tensor_copy_raw(c->in[i], in[i]);
  for (int i = 0; i < c->n_in; i++) tensor_release(in[i]);
  tensors_leave(c->n_in, few, in);
  call_drop(&inner);
  return status;
}

static Status run_kernel(Call *c) {
  uint32_t dtypes = 0;
  for (int i = 0; i < c->n_in; i++) dtypes |= c->in[i] != NULL ? 1u << c->in[i]->dtype : 0;
  for (int i = 0; i < c->info->n_outputs; i++) dtypes |= c->out[i] != NULL ? 1u << c->out[i]->dtype : 0;
  return dtypes & COMPUTED_DTYPES_MASK && !c->info->moves ? run_computed(c) : kernel_of(c)(c);
}

static Status kernel(Call *c) {
  TRY(check_kernel_types(c));
  if (c->info->check != NULL) TRY(c->info->check(c));
  if (!c->info->contiguous) {
    TRY(c->info->infer(c));
    TRY(run_kernel(c));
    return call_finish(c);
  }
  Tensor *few[OP_FEW], **dense;
  Call inner = *c;
  TRY(tensors_room(c->n_in, few, &dense));
  Status status = OK;
  for (int i = 0; i < c->n_in && status == OK; i++)
    if (c->in[i] != NULL) status = tensor_contiguous(c->in[i], &dense[i]);
  inner.in = dense;
  if (status == OK) status = c->info->infer(&inner);
  if (status == OK) status = run_kernel(&inner);
  for (int i = 0; i < c->n_in && i < 32 && status == OK; i++) /* what it was to change was a copy */
    if ((c->info->mutates >> i & 1) && dense[i] != c->in[i]) status = tensor_copy_raw(c->in[i], dense[i]);
  memcpy(c->out, inner.out, sizeof c->out);
  for (int i = 0; i < c->n_in; i++) tensor_release(dense[i]);
  tensors_leave(c->n_in, few, dense);
  return status != OK ? status : call_finish(c);
}

static Status create(Call *c) {
  TRY(c->info->create(c));
  if (!creation_options(c)->requires_grad) return OK;
  if (!dtype_is_float((DType)c->out[0]->dtype))
    return fail(ERROR_ARGUMENT, "%s: 'requires_grad': only floating point tensors can have gradients, got %s",
                c->info->lua_name, dtype_name((DType)c->out[0]->dtype));
  return tensor_set_requires_grad(c->out[0], true);
}

/* ---- composites ------------------------------------------------------------- */

/* A composite with a gradient of its own is one step on the tape: what it is made of is not noted. */
static Status composite(Call *c) {
  const OpInfo *info = c->info;
  if (info->typed) TRY(check_types(c));
  if (info->check != NULL) TRY(info->check(c));
  bool was = info->backward != NULL && grad_set_enabled(false);
  Status status = info->composite(c);
  if (was) grad_set_enabled(true);
  return status == OK ? OK : formula_own_failure(info, status);
}

/* ---- calls --------------------------------------------------------------------- */

static Status run(Call *c) {
  if (c->info->list_output != c->takes_list)
    return fail(ERROR_ARGUMENT, "%s: %s", c->info->lua_name, c->takes_list ? "gives no list" : "gives a list: op_call_list");
  switch ((OpKind)c->info->kind) {
    case KIND_ELEMENTWISE:
      if (c->info->in_place_only)
        return fail(ERROR_ARGUMENT, "%s: works in place only", c->info->lua_name);
      return elementwise(c);
    case KIND_VIEW: return view(c);
    case KIND_KERNEL: return kernel(c);
    case KIND_CREATE: return create(c);
    case KIND_COMPOSITE: break;
  }
  return composite(c);
}

/* Whether this call changes inputs beside giving its result. */
static bool mutates_now(const Call *c) {
  const OpInfo *info = c->info;
  if (info->mutates == 0 || info->mutates_when == 0) return info->mutates != 0;
  const OpArg *arg = &info->args[info->mutates_when];
  const char *at = (const char *)c->attrs + arg->offset;
  return arg->type == ARG_OPTIONAL_NUMBER ? ((const OptionalScalar *)at)->given : *(const bool *)at;
}

/* Refuses to change what several positions share, and what wants a gradient, unless the formula of the row knows
** of the change. */
static Status check_mutated(const Call *c) {
  const OpInfo *info = c->info;
  for (int i = 0; i < info->n_args; i++) {
    const OpArg *arg = &info->args[i];
    if (arg->type != ARG_TENSOR || !(info->mutates >> arg->input & 1) || c->in[arg->input] == NULL) continue;
    const Tensor *t = c->in[arg->input];
    for (int d = 0; d < t->ndim; d++)
      if (t->shape[d] > 1 && t->stride[d] == 0)
        return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): an expanded tensor cannot be changed in place; use :clone()",
                    info->lua_name, arg->name, i + 1);
    if (!grad_enabled() || (info->differentiable >> arg->input & 1) || !tensor_requires_grad(t)) continue;
    return fail(ERROR_ARGUMENT,
                "%s: '%s' (argument %d): is changed in place, which a tensor that requires a gradient cannot be; use torch.no_grad",
                info->lua_name, arg->name, i + 1);
  }
  return OK;
}

/* The ops that a composite is made of count the changes themselves. */
static Status run_mutating(Call *c) {
  TRY(check_mutated(c));
  Status status = run(c);
  for (int i = 0; i < c->n_in && i < 32 && c->info->kind != KIND_COMPOSITE; i++)
    if ((c->info->mutates >> i & 1) && c->in[i] != NULL)
      atomic_fetch_add_explicit(&c->in[i]->storage->version, 1, memory_order_relaxed);
  return status;
}

static Status call_run(Call *c) {
  Status status = mutates_now(c) ? run_mutating(c) : run(c);
  if (status == OK && c->info->backward != NULL && grad_enabled()) status = tape_record(c);
  if (status != OK) call_drop(c);
  return status;
}

static Status call_out(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs, Tensor **outputs) {
  Call c = {.info = op_info(op), .op = op, .in = inputs, .n_in = n_inputs, .attrs = attrs};
  Status status = call_run(&c);
  for (int i = 0; i < c.info->n_outputs; i++) outputs[i] = c.out[i]; /* NULL where it failed */
  return status;
}

Status op_call(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs,
               Tensor **outputs) {
  if (!profiling) return call_out(op, inputs, n_inputs, attrs, outputs);
  OpMark mark;
  profile_enter(&mark);
  Status status = call_out(op, inputs, n_inputs, attrs, outputs);
  profile_leave(&mark, op);
  return status;
}

Status op_call_list(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs, TensorList *out) {
  Call c = {.info = op_info(op), .op = op, .in = inputs, .n_in = n_inputs, .attrs = attrs, .takes_list = true};
  OpMark mark;
  const bool measured = profiling;
  if (measured) profile_enter(&mark);
  Status status = call_run(&c);
  if (measured) profile_leave(&mark, op);
  *out = c.list;
  return status;
}

/* ---- in place --------------------------------------------------------------------- */

/* Whether two tensors share memory without lying exactly over each other. */
static bool overlaps(const Tensor *a, const Tensor *b) {
  if (a->storage != b->storage || a->numel == 0 || b->numel == 0) return false;
  if (a->offset == b->offset && a->dtype == b->dtype && tensor_same_shape(a, b)) {
    bool same = true;
    for (int d = 0; d < a->ndim; d++) same = same && (a->shape[d] == 1 || a->stride[d] == b->stride[d]);
    if (same) return false;
  }
  int64_t low[2], high[2];
  const Tensor *t[2] = {a, b};
  for (int k = 0; k < 2; k++) {
    low[k] = high[k] = t[k]->offset;
    for (int d = 0; d < t[k]->ndim; d++) {
      int64_t reach = (t[k]->shape[d] - 1) * t[k]->stride[d];
      if (reach < 0) low[k] += reach;
      else high[k] += reach;
    }
  }
  return low[0] <= high[1] && low[1] <= high[0];
}

static Status check_target(const Call *c, DType result, int ndim, const int64_t *shape) {
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
  for (int d = 0; d < t->ndim; d++)
    if (t->shape[d] > 1 && t->stride[d] == 0)
      return fail(ERROR_ARGUMENT, "%s_: an expanded tensor cannot be changed in place; use :clone()",
                  c->info->lua_name);
  return OK;
}

/* Of the ops in place that only move elements. */
static Scalar fill_value(const Call *c) {
  return c->op == OP_FILL ? ((const FillAttrs *)c->attrs)->value : scalar_int(0);
}

static Status elementwise_in_place(Call *c) {
  DType compute, result;
  int ndim = 0;
  int64_t shape[TENSOR_MAX_DIMS];
  Tensor *in[ITER_MAX_OPERANDS] = {0}, *copy[ITER_MAX_OPERANDS] = {0};
  if (c->op == OP_COPY) { /* the target has no say in the dtype */
    compute = result = (DType)c->in[1]->dtype;
    if (dtype_size(compute) == 0) return OK;
  } else if (c->info->moves && dtype_is_stored((DType)c->in[0]->dtype)) {
    compute = result = (DType)c->in[0]->dtype;
    if (c->info->numbers != NUMBERS_NONE) TRY(check_numbers(c, compute));
  } else TRY(elementwise_dtypes(c, &compute, &result));
  if (c->info->real_result && dtype_is_complex((DType)c->in[0]->dtype))
    return fail(ERROR_ARGUMENT, "%s_: the result is real and does not go into a tensor of %s", c->info->lua_name,
                dtype_name((DType)c->in[0]->dtype));
  TRY(broadcast_shape(c->info->lua_name, c->n_in, c->in, &ndim, shape));
  TRY(check_target(c, result, ndim, shape));
  Status status = OK;
  for (int i = 0; i < c->n_in; i++) {
    in[i] = c->in[i];
    if (i == 0 || status != OK || !overlaps(c->in[0], c->in[i])) continue;
    status = tensor_empty_cpu(c->in[i]->ndim, c->in[i]->shape, (DType)c->in[i]->dtype, &copy[i]);
    if (status == OK) status = tensor_copy_raw(copy[i], c->in[i]);
    in[i] = copy[i];
  }
  if (status == OK) {
    Call inner = *c;
    inner.in = in;
    inner.out[0] = c->in[0];
    if (c->op == OP_COPY) status = tensor_copy_raw(c->in[0], in[1]);
    else if (dtype_is_stored(compute)) tensor_fill_raw(c->in[0], fill_value(c));
    else elementwise_run(&inner, compute, result);
  }
  for (int i = 0; i < c->n_in; i++) tensor_release(copy[i]);
  return status != OK ? status : call_finish(c);
}

/* Runs a kernel that may write into its input; other inputs that share its memory are copied before. */
static Status run_direct(Call *c) {
  Tensor *few[OP_FEW], **in;
  Call inner = *c;
  TRY(tensors_room(c->n_in, few, &in));
  Status status = OK;
  for (int i = 0; i < c->n_in && status == OK; i++) {
    Tensor *t = c->in[i];
    if (i == 0 || t == NULL || t->storage != c->in[0]->storage) in[i] = t != NULL ? tensor_retain(t) : NULL;
    else {
      status = tensor_empty_cpu(t->ndim, t->shape, (DType)t->dtype, &in[i]);
      if (status == OK) status = tensor_copy_raw(in[i], t);
    }
  }
  inner.in = in;
  inner.target = c->in[0];
  if (status == OK) status = run(&inner);
  memcpy(c->out, inner.out, sizeof c->out);
  for (int i = 0; i < c->n_in; i++) tensor_release(in[i]);
  tensors_leave(c->n_in, few, in);
  return status;
}

/* Kernels write a fresh tensor that is then copied; those that fill (in_place_only) and those that
** change a few places (in_place_direct) write the target itself where it is contiguous. */
static Status kernel_in_place(Call *c) {
  Call inner = *c;
  Tensor *target = c->in[0];
  if (!c->info->in_place_only) {
    Status status = c->info->in_place_direct && tensor_is_contiguous(target) ? run_direct(&inner) : run(&inner);
    if (status == OK) status = check_target(c, (DType)inner.out[0]->dtype, inner.out[0]->ndim, inner.out[0]->shape);
    if (status == OK && inner.out[0] != target) status = tensor_copy_raw(target, inner.out[0]);
    call_drop(&inner);
    return status;
  }
  TRY(check_kernel_types(c));
  TRY(check_target(c, (DType)target->dtype, target->ndim, target->shape));
  bool direct = tensor_is_contiguous(target);
  if (direct) inner.out[0] = target;
  else TRY(call_output(&inner, 0, (DType)target->dtype, target->ndim, target->shape));
  Status status = run_kernel(&inner);
  if (status == OK && !direct) status = tensor_copy_raw(target, inner.out[0]);
  if (!direct) tensor_release(inner.out[0]);
  return status != OK ? status : call_finish(c);
}

/* x:t_(): the shape and strides of the handle change, the elements stay. */
static Status view_in_place(Call *c) {
  Tensor *t = c->in[0], *made;
  TRY(autograd_note_layout(t));
  TRY(tensor_view_of(t, &made));
  Status status = c->info->view(t, c->attrs, made);
  if (status == OK) status = count_elements(c->info->lua_name, made);
  if (status == OK) {
    t->ndim = made->ndim;
    t->offset = made->offset;
    memcpy(t->shape, made->shape, sizeof t->shape);
    memcpy(t->stride, made->stride, sizeof t->stride);
    t->numel = made->numel;
  }
  tensor_release(made);
  return status;
}

static Status call_in_place(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs) {
  Call c = {.info = op_info(op), .op = op, .in = inputs, .n_in = n_inputs, .attrs = attrs};
  Tensor *before = NULL;
  TRY(tape_before_in_place(&c, &before));
  if (c.info->kind == KIND_VIEW) {
    Status status = view_in_place(&c);
    atomic_fetch_add_explicit(&inputs[0]->storage->version, 1, memory_order_relaxed); /* who kept the handle */
    if (status == OK) status = tape_record_view_in_place(&c, before);
    tensor_release(before);
    return status;
  }
  Status status = c.info->kind == KIND_ELEMENTWISE ? elementwise_in_place(&c) : kernel_in_place(&c);
  atomic_fetch_add_explicit(&inputs[0]->storage->version, 1, memory_order_relaxed);
  if (status == OK && before != NULL) status = tape_record_in_place(&c, before);
  tensor_release(before);
  return status;
}

Status op_call_in_place(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs) {
  if (!profiling) return call_in_place(op, inputs, n_inputs, attrs);
  OpMark mark;
  profile_enter(&mark);
  Status status = call_in_place(op, inputs, n_inputs, attrs);
  profile_leave(&mark, op);
  return status;
}
