/* in_place.c: the same ops with a result that goes into their first input. */
#include "call/mode.h"
#include "road.h"

/* Whether two tensors share memory without lying exactly over each other. */
static bool overlaps(const Tensor *a, const Tensor *b) {
  if (a->storage != b->storage || a->numel == 0 || b->numel == 0) return false;
  if (a->offset == b->offset && a->dtype == b->dtype && tensor_same_shape(a, b)) {
    bool same = true;
    for (int d = 0; d < a->ndim; d++) same = same && (a->shape[d] == 1 || a->stride[d] == b->stride[d]);
    if (same) return false;
  }
  int64_t low[2], high[2]; /* in bytes: the parts of a complex tensor are floats in its storage */
  const Tensor *t[2] = {a, b};
  for (int k = 0; k < 2; k++) {
    const int64_t size = (int64_t)tensor_itemsize(t[k]);
    low[k] = t[k]->offset * size;
    high[k] = low[k] + size;
    for (int d = 0; d < t[k]->ndim; d++) {
      int64_t reach = (t[k]->shape[d] - 1) * t[k]->stride[d] * size;
      if (reach < 0) low[k] += reach;
      else high[k] += reach;
    }
  }
  return low[0] < high[1] && low[1] < high[0];
}

/* The value that fill_ writes; the other ops that only move elements have none. */
static Scalar fill_value(const Call *c) {
  return c->op == OP_FILL ? ((const FillAttrs *)c->attrs)->value : scalar_int(0);
}

/* The device of the call, which is that of the tensor to be changed. */
static Status call_find_target_device(Call *c) {
  char is[DEVICE_TEXT], want[DEVICE_TEXT];
  TRY(call_find_device(c));
  if (c->n_in == 0 || c->in[0] == NULL || c->in[0]->device == c->where) return OK;
  return fail(ERROR_ARGUMENT, "%s_: the result is on %s and cannot be stored in a tensor on %s", c->info->lua_name,
              device_text(want, device_of_byte(c->where)), device_text(is, tensor_device(c->in[0])));
}

static Status elementwise_in_place(Call *c) {
  Status status;
  if (call_plain_into(c, c->in[0], &status)) return status;
  DType compute, result;
  int ndim = 0;
  int64_t shape[TENSOR_MAX_DIMS];
  Tensor *in[ITER_MAX_OPERANDS] = {0}, *copy[ITER_MAX_OPERANDS] = {0};
  if (c->op != OP_COPY) TRY(call_find_target_device(c));
  if (c->op == OP_COPY) { /* computes in the dtype of the source: the result is converted to the target's */
    compute = result = (DType)c->in[1]->dtype;
  } else if (c->info->moves && dtype_is_stored((DType)c->in[0]->dtype)) {
    compute = result = (DType)c->in[0]->dtype;
    if (c->info->numbers != NUMBERS_NONE) TRY(call_check_numbers(c, compute));
  } else TRY(call_elementwise_dtypes(c, &compute, &result));
  if (c->info->real_result && dtype_is_complex((DType)c->in[0]->dtype))
    return fail(ERROR_ARGUMENT, "%s_: the result is real and does not go into a tensor of %s", c->info->lua_name,
                dtype_name((DType)c->in[0]->dtype));
  TRY(broadcast_shape(c->info->lua_name, c->n_in, c->in, &ndim, shape));
  TRY(call_check_target(c, result, ndim, shape));
  status = OK;
  for (int i = 0; i < c->n_in; i++) {
    in[i] = c->in[i];
    if (i == 0 || status != OK || !overlaps(c->in[0], c->in[i])) continue;
    status = tensor_copy_as(c->in[i], (DType)c->in[i]->dtype, &copy[i]);
    in[i] = copy[i];
  }
  if (status == OK) {
    Call inner = *c;
    inner.in = in;
    inner.out[0] = c->in[0];
    c->wrote = true;
    if (c->op == OP_COPY) status = tensor_copy_raw(c->in[0], in[1]);
    else if (dtype_is_stored(compute)) status = tensor_fill_raw(c->in[0], fill_value(c));
    else status = c->device->elementwise(&inner, compute, result);
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
    else status = tensor_copy_as(t, (DType)t->dtype, &in[i]);
  }
  inner.in = in;
  inner.target = c->in[0];
  if (status == OK) status = call_dispatch(&inner);
  memcpy(c->out, inner.out, sizeof c->out);
  c->wrote = inner.wrote;
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
    const bool direct = c->info->in_place_direct && tensor_is_contiguous(target);
    Status status = direct ? run_direct(&inner) : call_dispatch(&inner);
    Tensor *out = inner.out[0];
    c->wrote = inner.wrote && out == target;
    if (status == OK) status = call_check_target(c, (DType)out->dtype, out->ndim, out->shape);
    if (status == OK && out != target) {
      c->wrote = true;
      status = tensor_copy_raw(target, out);
    }
    call_drop(&inner);
    return status;
  }
  TRY(call_find_target_device(c));
  inner = *c;
  TRY(call_check_kernel_types(c));
  if (c->info->check != NULL) TRY(c->info->check(c));
  TRY(call_check_target(c, (DType)target->dtype, target->ndim, target->shape));
  bool direct = tensor_is_contiguous(target);
  if (direct) inner.out[0] = target;
  else TRY(call_output(&inner, 0, (DType)target->dtype, target->ndim, target->shape));
  Status status = call_run_kernel(&inner);
  c->wrote = direct ? inner.wrote : status == OK;
  if (status == OK && !direct) status = tensor_copy_raw(target, inner.out[0]);
  if (!direct) tensor_release(inner.out[0]);
  return status != OK ? status : call_finish(c);
}

/* A tensor that was kept for a gradient is noticed by the version of its storage. A call that failed before it wrote
** has changed nothing. */
static inline void in_place_changed(Tensor *t) {
  atomic_fetch_add_explicit(&t->storage->version, 1, memory_order_relaxed);
}

/* The shape of the tensor is as it was where its history cannot be noted for want of memory. */
static Status view_in_place(Call *c, Tensor *before) {
  Tensor *t = c->in[0];
  const Tensor old = *t;
  TRY(call_view_in_place(c));
  /* A gradient that kept this tensor must see that its shape changed. */
  in_place_changed(t);
  Status status = tape_record_view_in_place(c, before);
  if (status == OK) return OK;
  call_set_layout(t, &old);
  return status;
}

/* Whether a call must be noted step by step: it has no gradient of its own, and one is wanted. Truth values are written
** over what was there, which gets a gradient of 0. */
static bool is_noted_by_steps(const Call *c) {
  if (!op_has_steps(c->info) || c->info->backward != NULL || !grad_enabled()) return false;
  const int n = c->info->kind == KIND_COMPOSITE ? c->n_in : 1;
  for (int i = 0; i < n; i++)
    if (c->in[i] != NULL && tensor_requires_grad(c->in[i])) return true;
  return false;
}

/* What such a composite makes of a copy is written into the target by copy_, which has a gradient. */
static Status composite_by_steps(Call *c) {
  OWNED Tensor *before = NULL, *made = NULL;
  Tensor *in[OP_FEW];
  if (c->n_in > OP_FEW || c->info->n_outputs != 1)
    return fail(ERROR_ARGUMENT, "%s_: has no gradient; use torch.no_grad or :detach()", c->info->lua_name);
  TRY(op_clone(c->in[0], &before));
  for (int i = 0; i < c->n_in; i++) in[i] = i == 0 ? before : c->in[i];
  TRY(op_call(c->op, in, c->n_in, c->attrs, &made));
  TRY(call_check_target(c, (DType)made->dtype, made->ndim, made->shape));
  Tensor *copied[] = {c->in[0], made};
  return op_call_in_place(OP_COPY, copied, 2, NULL);
}

static Status change_in_place(Call *c) {
  BeforeInPlace before; /* many pointers: not cleared for calls that need none */
  TRY(tape_before_in_place(c, &before));
  if (is_noted_by_steps(c)) return composite_by_steps(c);
  Status status;
  if (c->info->kind == KIND_VIEW) status = view_in_place(c, before.self);
  else {
    if (c->info->kind != KIND_ELEMENTWISE) status = kernel_in_place(c);
    else status = call_has_bounds(c) ? call_bounded(c, elementwise_in_place) : elementwise_in_place(c);
    if (c->wrote) in_place_changed(c->in[0]);
    if (status == OK && before.self != NULL) status = tape_record_in_place(c, &before);
  }
  tape_drop_before(&before);
  return status;
}

static Status call_in_place(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs) {
  Call c = {.info = op_info(op), .op = op, .in = inputs, .n_in = n_inputs, .attrs = attrs};
  Status status = change_in_place(&c);
  return status == OK ? OK : fail_memory_of(c.info->lua_name, status);
}

static Status in_place_with_modes(ModeCall *m) { return call_in_place(m->op, m->in, m->n_in, m->attrs); }

/* Apart, so that the frame of a call without modes stays small. */
__attribute__((noinline)) static Status in_place_slowly(OpId op, Tensor *const *inputs, int n_inputs,
                                                        const void *attrs) {
  ModeCall m = {.info = op_info(op), .op = op, .in = inputs, .n_in = n_inputs, .attrs = attrs, .in_place = true,
                .run = in_place_with_modes};
  return mode_call(&m);
}

Status op_call_in_place(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs) {
  if (call_modes) return in_place_slowly(op, inputs, n_inputs, attrs);
  return call_in_place(op, inputs, n_inputs, attrs);
}

/* Whether a tensor may be written outside of the tape: no gradient knows it, and no view. */
static bool into_is_free(const Tensor *to) {
  return to->base == NULL && to->autograd == NULL && !(to->flags & TENSOR_UNRECORDED) && !to->storage->inference;
}

bool op_call_into(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs, Tensor *to, Status *status) {
  Call c = {.info = op_info(op), .op = op, .in = inputs, .n_in = n_inputs, .attrs = attrs};
  if (call_modes || c.info->kind != KIND_ELEMENTWISE || call_has_bounds(&c) || !into_is_free(to)) return false;
  for (int i = 0; i < n_inputs; i++)
    if (inputs[i] != NULL && grad_enabled() && tensor_requires_grad(inputs[i])) return false;
  if (!call_plain_into(&c, to, status)) return false;
  if (c.wrote) in_place_changed(to);
  if (*status != OK) *status = fail_memory_of(c.info->lua_name, *status);
  return true;
}
