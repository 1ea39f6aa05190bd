/* dispatch.c: every call of an op comes here. The kind of the op decides where it is checked and run (elementwise.c,
** view.c, kernel.c); then the call is recorded on the tape.
*/
#include "call/mode.h"
#include "formula.h"
#include "road.h"

static Status create(Call *c) {
  TRY(call_find_device(c));
  TRY(c->info->create(c));
  if (!call_creation_options(c)->requires_grad) return OK;
  if (!dtype_has_gradient((DType)c->out[0]->dtype))
    return fail(ERROR_ARGUMENT,
                "%s: 'requires_grad': only floating point and complex tensors can have gradients, got %s",
                c->info->lua_name, dtype_name((DType)c->out[0]->dtype));
  return tensor_set_requires_grad(c->out[0], true);
}

static bool is_number(const Tensor *t) { return t->flags & TENSOR_WRAPPED_NUMBER && t->dtype == DTYPE_FLOAT64; }

/* The float dtype that the tensors among the inputs have together; DTYPE_NONE: there is none. */
static DType composite_dtype(const Call *c) {
  DType dtype = DTYPE_NONE;
  for (int i = 0; i < c->n_in; i++) {
    if (c->in[i] == NULL || !dtype_is_float((DType)c->in[i]->dtype) || is_number(c->in[i])) continue;
    dtype = dtype == DTYPE_NONE ? (DType)c->in[i]->dtype : dtype_promote(dtype, (DType)c->in[i]->dtype);
  }
  return dtype;
}

/* Runs a composite on copies of its inputs: halves in float32, and numbers beside float64 as tensors of it, because
** what is made of numbers alone would be of the default dtype. Results come back in the dtype that all inputs had. */
static Status composite_on_copies(Call *c) {
  Tensor *in[OP_FEW] = {0}, *made[OP_MAX_OUTPUTS] = {0};
  const DType dtype = composite_dtype(c);
  Status status = OK;
  for (int i = 0; i < c->n_in && status == OK; i++) {
    Tensor *t = c->in[i];
    if (t == NULL) continue;
    const DType d = (DType)t->dtype;
    if (dtype_is_computed(d)) status = op_cast(t, dtype_compute(d), &in[i]);
    else if (is_number(t) && dtype == DTYPE_FLOAT64) status = tensor_copy_as(t, d, &in[i]);
    else in[i] = tensor_retain(t);
  }
  Call inner = *c;
  inner.in = in;
  if (status == OK) status = c->info->composite(&inner);
  for (int i = 0; i < c->info->n_outputs; i++) {
    Tensor *out = inner.out[i];
    const bool back = status == OK && out != NULL && dtype_is_computed(dtype) && out->dtype == dtype_compute(dtype);
    if (back) status = op_cast(out, dtype, &made[i]);
    else made[i] = tensor_retain(out);
    tensor_release(out);
    c->out[i] = made[i];
  }
  for (int i = 0; i < c->n_in; i++) tensor_release(in[i]);
  return status;
}

static Status composite_that_computes(Call *c) {
  bool converts = false;
  for (int i = 0; i < c->n_in; i++) {
    if (c->in[i] == NULL) continue;
    const DType dtype = (DType)c->in[i]->dtype;
    if (dtype_is_stored(dtype)) return call_undefined_for(c, 0, dtype);
    converts = converts || dtype_is_computed(dtype) || is_number(c->in[i]);
  }
  return converts && c->n_in <= OP_FEW ? composite_on_copies(c) : c->info->composite(c);
}

/* A composite with a formula for its gradient is one step on the tape: the ops that it calls are not recorded. */
static Status composite(Call *c) {
  const OpInfo *info = c->info;
  TRY(call_find_device(c));
  if (info->typed) TRY(call_check_types(c));
  if (info->check != NULL) TRY(info->check(c));
  bool was = info->backward != NULL && grad_set_enabled(false);
  const OpInfo *outer = tape_composite;
  const bool outermost = outer == NULL && info->modules != NULL;
  const uint64_t since = tape_length();
  if (outermost) tape_composite = info;
  Status status = info->computes ? composite_that_computes(c) : info->composite(c);
  tape_composite = outer;
  if (was) grad_set_enabled(true);
  if (status == OK && outermost) tape_name_results(c, since);
  return status == OK ? OK : formula_own_failure(info, status);
}

Status call_dispatch(Call *c) {
  if (c->info->list_output != c->takes_list)
    return fail(ERROR_ARGUMENT, "%s: %s", c->info->lua_name,
                c->takes_list ? "gives no list" : "gives a list: op_call_list");
  switch ((OpKind)c->info->kind) {
    case KIND_ELEMENTWISE:
      if (c->info->in_place_only)
        return fail(ERROR_ARGUMENT, "%s: works in place only", c->info->lua_name);
      return call_elementwise(c);
    case KIND_VIEW: return call_view(c);
    case KIND_KERNEL: return call_kernel(c);
    case KIND_CREATE: return create(c);
    case KIND_COMPOSITE: break;
  }
  return composite(c);
}

/* Runs an op that changes inputs and counts up the versions of their storages. A composite does not count: the ops that
** it calls do. */
static Status run_mutating(Call *c) {
  TRY(call_check_mutated(c));
  Status status = call_dispatch(c);
  for (int i = 0; i < c->n_in && i < 32 && c->info->kind != KIND_COMPOSITE; i++)
    if (c->wrote && (c->info->mutates >> i & 1) && c->in[i] != NULL)
      atomic_fetch_add_explicit(&c->in[i]->storage->version, 1, memory_order_relaxed);
  return status;
}

static Status call_run(Call *c) {
  Status status = op_mutates_now(c->info, c->attrs) ? run_mutating(c) : call_dispatch(c);
  if (status == OK && c->info->backward != NULL && grad_enabled()) status = tape_record(c);
  if (status == OK) return OK;
  call_drop(c);
  return fail_memory_of(c->info->lua_name, status);
}

/* ---- the doors, and the same with modes on ------------------------------------------------------ */

static Status call_out(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs, Tensor **outputs) {
  Call c = {.info = op_info(op), .op = op, .in = inputs, .n_in = n_inputs, .attrs = attrs};
  Status status = call_run(&c);
  for (int i = 0; i < c.info->n_outputs; i++) outputs[i] = c.out[i]; /* NULL where it failed */
  return status;
}

static Status call_out_with_modes(ModeCall *m) { return call_out(m->op, m->in, m->n_in, m->attrs, m->out); }

/* A function of its own, never inlined, so that the stack frame of a call without modes stays small. */
__attribute__((noinline)) static Status call_slowly(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs,
                                                    Tensor **outputs) {
  ModeCall m = {.info = op_info(op), .op = op, .in = inputs, .n_in = n_inputs, .attrs = attrs,
                .run = call_out_with_modes};
  Status status = mode_call(&m);
  for (int i = 0; i < m.info->n_outputs; i++) outputs[i] = m.out[i];
  return status;
}

Status op_call(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs,
               Tensor **outputs) {
  if (call_modes) return call_slowly(op, inputs, n_inputs, attrs, outputs);
  return call_out(op, inputs, n_inputs, attrs, outputs);
}

static Status call_list_out(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs, TensorList *out) {
  Call c = {.info = op_info(op), .op = op, .in = inputs, .n_in = n_inputs, .attrs = attrs, .takes_list = true};
  Status status = call_run(&c);
  *out = c.list;
  return status;
}

static Status call_list_with_modes(ModeCall *m) { return call_list_out(m->op, m->in, m->n_in, m->attrs, &m->list); }

Status op_call_list(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs, TensorList *out) {
  if (!call_modes) return call_list_out(op, inputs, n_inputs, attrs, out);
  ModeCall m = {.info = op_info(op), .op = op, .in = inputs, .n_in = n_inputs, .attrs = attrs, .takes_list = true,
                .run = call_list_with_modes};
  Status status = mode_call(&m);
  *out = m.list;
  return status;
}
