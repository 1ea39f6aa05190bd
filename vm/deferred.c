/* deferred.c: see deferred.h. */
#include "deferred.h"

#include <string.h>

#include "call/road.h"
#include "device/fused.h"
#include "expression.h"

#define DEFERRED_STEPS 24   /* of an expression: what is longer is computed in pieces */

bool deferring;
bool deferred_reads;
static Deferred *deferred_waiting;
static Storage deferred_storage = {.device = {DEVICE_CPU, 0}};
static uint64_t deferred_programs;

Deferred *deferred_of(const Tensor *t) {
  return t != NULL && t->storage == &deferred_storage ? (Deferred *)t : NULL;
}

/* ---- life ---------------------------------------------------------------------------------- */

static void deferred_unlink(Deferred *d) {
  if (d->at == NULL) return;
  *d->at = d->next;
  if (d->next != NULL) d->next->at = d->at;
  d->at = NULL;
}

static void deferred_drop_operands(Deferred *d) {
  for (int i = 0; i < d->n; i++) {
    tensor_release(d->in[i].tensor);
    if (d->in[i].deferred != NULL) deferred_release(d->in[i].deferred);
  }
  d->n = 0;
}

/* Expressions are short, so the recursion is. */
void deferred_release(Deferred *d) {
  if (--d->refs > 0) return;
  deferred_unlink(d);
  deferred_drop_operands(d);
  tensor_release(d->made);
  memory_free(d->attrs, d->info->attrs_size);
  memory_free(d, sizeof *d);
}

void deferred_drop_box(TensorBox *box) {
  Deferred *d = box->deferred;
  box->deferred = NULL;
  d->box = NULL;
  deferred_unlink(d);
  deferred_release(d);
}

/* It is computed: its box has the tensor, and what it was made of goes. The collector hears of the memory now, also of
** what the function does not return: else it would come too late, and each call would get fresh memory. */
static void deferred_settle(Deferred *d) {
  TensorBox *box = d->box;
  d->computed = true;
  deferred_drop_operands(d);
  if (box == NULL) return;
  box->tensor = tensor_retain(d->made);
  deferred_drop_box(box);
  tensor_account(NULL, box);
}

static Status deferred_new(const Call *c, DType common, DType result, int ndim, const int64_t *shape, Deferred **out) {
  Deferred *d = *out = memory_zalloc(sizeof *d);
  if (d == NULL) return ERROR_MEMORY;
  d->refs = 1;
  d->info = c->info;
  d->common = common;
  d->steps = 1;
  d->header = (Tensor){.refs = 1 << 30, .dtype = (uint8_t)result, .ndim = (uint8_t)ndim, .storage = &deferred_storage};
  memcpy(d->header.shape, shape, sizeof *shape * (size_t)ndim);
  contiguous_strides(&d->header);
  if (c->info->attrs_size > 0) {
    d->attrs = memory_alloc(c->info->attrs_size);
    if (d->attrs == NULL) {
      deferred_release(d);
      return ERROR_MEMORY;
    }
    memcpy(d->attrs, c->attrs, c->info->attrs_size);
  }
  for (int i = 0; i < c->n_in; i++) {
    Operand *o = &d->in[d->n++];
    if ((o->deferred = deferred_of(c->in[i])) != NULL) {
      o->deferred->refs++;
      d->steps += o->deferred->steps;
      continue;
    }
    o->tensor = tensor_retain(c->in[i]);
    o->version = atomic_load_explicit(&o->tensor->storage->version, memory_order_relaxed);
  }
  return OK;
}

static void deferred_put(Deferred *d, TensorBox *box) {
  box->deferred = d;
  d->box = box;
  d->next = deferred_waiting;
  d->at = &deferred_waiting;
  if (d->next != NULL) d->next->at = &d->next;
  deferred_waiting = d;
}

/* ---- computing -------------------------------------------------------------------------------- */

static Status deferred_program(FusedProgram *p, Deferred *d, int *reg) {
  int in[ITER_MAX_OPERANDS];
  if (d->program == deferred_programs) {
    *reg = d->reg;
    return OK;
  }
  for (int i = 0; i < d->n; i++) {
    const Operand *o = &d->in[i];
    Tensor *t = expression_operand(o);
    if (t == NULL) {
      TRY(deferred_program(p, o->deferred, &in[i]));
      continue;
    }
    TRY(expression_operand_check(d, o));
    in[i] = fused_operand(p, t);
  }
  Tensor *to = d->made != NULL ? d->made : d->kept;
  *reg = fused_step(p, d->info, d->attrs, d->common, (DType)d->header.dtype, d->n, in, to);
  d->reg = *reg;
  d->program = deferred_programs;
  return OK;
}

static Status deferred_compute(int n, Deferred **roots);

/* What does not fit one program: half of the roots first, or the operands of a single one. One op always fits. */
static Status deferred_compute_parts(int n, Deferred **roots) {
  if (n > 1) {
    TRY(deferred_compute(n / 2, roots));
    return deferred_compute(n - n / 2, roots + n / 2);
  }
  for (int i = 0; i < roots[0]->n; i++) {
    Deferred **operand = &roots[0]->in[i].deferred;
    if (*operand != NULL && (*operand)->made == NULL) TRY(deferred_compute(1, operand));
  }
  return deferred_compute(1, roots);
}

/* What has no expression among its operands is an ordinary call. */
static bool deferred_is_call(const Deferred *d) {
  for (int i = 0; i < d->n; i++)
    if (expression_operand(&d->in[i]) == NULL) return false;
  return true;
}

static Status deferred_make_call(Deferred *d) {
  Tensor *in[ITER_MAX_OPERANDS], *out[OP_MAX_OUTPUTS] = {NULL};
  for (int i = 0; i < d->n; i++) {
    TRY(expression_operand_check(d, &d->in[i]));
    in[i] = expression_operand(&d->in[i]);
  }
  const bool was = grad_set_enabled(d->header.requires_grad);
  const Status status = op_call(d->info->id, in, d->n, d->attrs, out);
  grad_set_enabled(was);
  TRY(status);
  d->made = out[0];
  if (d->within && d->header.requires_grad) d->made->flags |= TENSOR_APART;
  deferred_settle(d);
  return OK;
}

/* Computes deferred ones of the same shape, in one walk if they fit. */
static Status deferred_compute(int n, Deferred **roots) {
  if (n == 1 && deferred_is_call(roots[0])) return deferred_make_call(roots[0]);
  FusedProgram *p = memory_alloc(sizeof *p);
  if (p == NULL) return ERROR_MEMORY;
  Status status = OK;
  int reg, done = 0;
  deferred_programs++;
  fused_start(p, roots[0]->header.ndim, roots[0]->header.shape);
  for (int i = 0; i < n && status == OK; i++) {
    const Tensor *h = &roots[i]->header;
    status = tensor_empty_cpu(h->ndim, h->shape, (DType)h->dtype, &roots[i]->made);
    if (status == OK) done++;
  }
  if (status == OK) status = expression_keep(n, roots);
  for (int i = 0; i < n && status == OK; i++) status = deferred_program(p, roots[i], &reg);
  const bool fits = status == OK && fused_fits(p);
  if (fits) status = fused_run(p);
  if (fits && status == OK) status = expression_attach(n, roots, ++deferred_programs);
  memory_free(p, sizeof *p);
  expression_keep_nothing(n, roots);
  for (int i = 0; i < done; i++) {
    if (fits && status == OK) deferred_settle(roots[i]);
    else {
      tensor_release(roots[i]->made);
      roots[i]->made = NULL;
    }
  }
  return fits || status != OK ? status : deferred_compute_parts(n, roots);
}

Status deferred_compute_boxes(int n, TensorBox *const *boxes) {
  for (int i = 0; i < n; i++) {
    Deferred *roots[EXPRESSION_ROOTS];
    int count = 0;
    for (int k = i; k < n && count < EXPRESSION_ROOTS; k++) {
      Deferred *d = boxes[k]->deferred;
      bool fits = d != NULL && (count == 0 || tensor_same_shape(&roots[0]->header, &d->header));
      for (int j = 0; j < count; j++) fits = fits && roots[j] != d;
      if (fits) roots[count++] = d;
    }
    if (count > 0) TRY(deferred_compute(count, roots));
  }
  return OK;
}

static Status deferred_compute_one(Deferred *d) { return d->made != NULL ? OK : deferred_compute(1, &d); }

static Tensor *deferred_of_box(TensorBox *box) {
  if (deferred_reads) return box->deferred->made != NULL ? box->deferred->made : &box->deferred->header;
  Deferred *d = box->deferred;
  return deferred_compute_one(d) == OK ? box->tensor : NULL;
}

Status deferred_compute_input(Tensor **inputs, int n, int i) {
  const Tensor *header = inputs[i];
  Deferred *d = deferred_of(header);
  if (d == NULL) return OK;
  const TensorBox *box = d->box; /* an argument lies in a box, or is a part of a composite, which holds it */
  TRY(deferred_compute_one(d));
  for (int k = 0; k < n; k++)
    if (inputs[k] == header) inputs[k] = box != NULL ? box->tensor : d->made;
  return OK;
}

Status deferred_compute_inputs(Tensor **inputs, int n) {
  for (int i = 0; i < n; i++) TRY(deferred_compute_input(inputs, n, i));
  return OK;
}

/* ---- which calls are deferred ---------------------------------------------------------------------- */

/* Whether a gradient of the call is wanted. *takes: false where it has none that could be computed later. */
static bool deferred_wants_grad(const OpInfo *info, Tensor *const *inputs, int n, bool *takes) {
  bool wanted = false;
  for (int i = 0; i < n && grad_enabled(); i++)
    wanted = wanted || ((info->differentiable >> i & 1) && tensor_requires_grad(inputs[i]));
  *takes = !wanted || info->backward != NULL;
  return wanted;
}

/* Computes deferred operands of another shape, and of expressions that are long. */
static Status deferred_fit(const Call *c, Tensor **inputs, const Tensor *shape) {
  int steps = 1;
  for (int i = 0; i < c->n_in; i++) {
    Deferred *d = deferred_of(inputs[i]);
    if (d == NULL) continue;
    steps += d->steps;
    if (steps > DEFERRED_STEPS || !tensor_same_shape(&d->header, shape)) {
      steps -= d->steps;
      TRY(deferred_compute_input(inputs, c->n_in, i));
    }
  }
  return OK;
}

bool deferred_elementwise(const OpInfo *info, Tensor **inputs, int n, const void *attrs, TensorBox *box,
                          Status *status) {
  Call c = {.info = info, .op = info->id, .in = inputs, .n_in = n, .attrs = attrs};
  Tensor shape = {.ndim = 0};
  DType compute, result;
  int ndim = 0;
  int64_t most = 0;
  for (int i = 0; i < n; i++)
    if (inputs[i] != NULL && inputs[i]->numel > most) most = inputs[i]->numel;
  if (most < fused_least || n == 0 || n >= ITER_MAX_OPERANDS || info->kind != KIND_ELEMENTWISE) return false;
  if (call_find_device(&c) != OK || c.where != 0) return false; /* the CPU alone has fused loops */
  if (call_elementwise_dtypes(&c, &compute, &result) != OK || !fused_takes_op(info, compute)) return false;
  if (broadcast_shape(info->lua_name, n, inputs, &ndim, shape.shape) != OK) return false;
  shape.ndim = (uint8_t)ndim;
  shape.numel = shape_numel(ndim, shape.shape);
  for (int i = 0; i < n; i++)
    if (deferred_of(inputs[i]) == NULL && !fused_takes(info, inputs[i], shape.numel)) return false;
  bool takes;
  const bool wants = deferred_wants_grad(info, inputs, n, &takes);
  Deferred *d = NULL;
  if (!takes || (wants && shape.numel < fused_least * FUSED_GRADIENT)) return false;
  *status = deferred_fit(&c, inputs, &shape);
  if (*status == OK) *status = deferred_new(&c, compute, result, ndim, shape.shape, &d);
  if (*status != OK) return false;
  d->header.requires_grad = wants && dtype_has_gradient(result);
  deferred_put(d, box);
  return true;
}

bool deferred_reduction(const OpInfo *info, Tensor **inputs, const void *attrs, TensorBox *box, Status *status) {
  Deferred *d = deferred_of(inputs[0]);
  if (d == NULL || d->made != NULL || !fused_takes_reduction(info, attrs, &d->header)) return false;
  Call c = {.info = info, .op = info->id, .in = inputs, .n_in = 1, .attrs = attrs};
  if (call_find_device(&c) != OK || info->infer(&c) != OK) return false;
  FusedProgram *p = memory_alloc(sizeof *p);
  bool fits = false;
  *status = p != NULL ? OK : ERROR_MEMORY;
  if (*status == OK) {
    int reg = 0;
    deferred_programs++;
    fused_start(p, d->header.ndim, d->header.shape);
    if (grad_enabled()) *status = expression_keep_reduced(d, info);
    if (*status == OK) *status = deferred_program(p, d, &reg);
    fused_reduce(p, info->id, reg, c.out[0]);
    fits = *status == OK && fused_fits(p);
    if (fits) *status = fused_run(p);
    if (fits && *status == OK && grad_enabled() && d->header.requires_grad)
      *status = expression_attach_reduction(d, info, attrs, c.out[0], ++deferred_programs);
    memory_free(p, sizeof *p);
    expression_keep_nothing(1, &d);
  }
  const bool good = fits && *status == OK;
  if (good) box->tensor = c.out[0];
  else tensor_release(c.out[0]);
  return good;
}

/* ---- changes in place -------------------------------------------------------------------------------- */

static bool deferred_reads_storage(const Deferred *d, const Storage *s) {
  for (int i = 0; i < d->n; i++) {
    const Operand *o = &d->in[i];
    const Tensor *t = o->deferred != NULL ? o->deferred->made : o->tensor;
    if (t != NULL ? t->storage == s : deferred_reads_storage(o->deferred, s)) return true;
  }
  return false;
}

Status deferred_before_change_of(const Tensor *t) {
  for (Deferred *d = deferred_waiting; d != NULL;) {
    if (!deferred_reads_storage(d, t->storage)) {
      d = d->next;
      continue;
    }
    TRY(deferred_compute_one(d));
    d = deferred_waiting; /* the list has changed */
  }
  return OK;
}

Status deferred_before_change(Tensor **inputs, int n) {
  TRY(deferred_compute_inputs(inputs, n));
  return n > 0 && inputs[0] != NULL ? deferred_before_change_of(inputs[0]) : OK;
}

__attribute__((constructor)) static void deferred_open(void) {
  deferred_tensor = deferred_of_box;
  deferred_drop = deferred_drop_box;
}
