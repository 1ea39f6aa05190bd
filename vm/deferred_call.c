/* deferred_call.c: a call inside of torch.fused is deferred where it can be; of a composite what it is made of. */
#include <string.h>

#include "call/mode.h"
#include "deferred.h"
#include "device/fused.h"
#include "expression.h"

/* A composite that is a formula runs with MODE_FUSED on: its parts are deferred in turn, and it works on their headers.
** It holds them until it ends. */
#define COMPOSITE_PARTS 32
typedef struct {
  int n;
  TensorBox boxes[COMPOSITE_PARTS]; /* none of Lua's */
  Deferred *parts[COMPOSITE_PARTS];
  Tensor *in[OP_FEW]; /* the inputs of the part that runs */
} Composite;
static Composite *composite_open;

static bool composite_changes(const OpInfo *info) {
  for (int f = 0; f < info->n_formulas; f++)
    for (int k = 0; k < info->formulas[f].n_steps; k++)
      if (info->formulas[f].steps[k].in_place) return true;
  return false;
}

/* Whether parts of the composite can be deferred: it is a formula that changes nothing in place, and the tape has its
** parts and not itself. */
static bool composite_fuses(const OpInfo *info, Tensor *const *inputs, int n) {
  bool large = false;
  if (info->kind != KIND_COMPOSITE || info->n_formulas == 0 || info->list || info->list_output) return false;
  if (info->n_outputs != 1 || info->mutates != 0 || n > OP_FEW || composite_changes(info)) return false;
  for (int i = 0; i < n; i++) {
    const Tensor *t = inputs[i];
    if (t == NULL) continue;
    if (tensor_device(t).type != DEVICE_CPU || (info->computes && dtype_is_computed((DType)t->dtype))) return false;
    if (info->backward != NULL && grad_enabled() && tensor_requires_grad(t)) return false;
    large = large || t->numel >= fused_least;
  }
  return large;
}

static Status composite_made(ModeCall *call) {
  (void)call;
  return OK;
}

/* A part: deferred where it can be, else it runs on tensors. */
static Status composite_before(ModeCall *call) {
  Composite *c = composite_open;
  Status status = OK;
  if (composite_fuses(call->info, call->in, call->n_in)) {
    call->shows_inside = true;
    return OK;
  }
  if (call->n_in > OP_FEW) return OK; /* only lists are so long, and no header is in one */
  memcpy(c->in, call->in, sizeof *c->in * (size_t)call->n_in);
  if (!call->in_place && !call->takes_list && call->info->n_outputs == 1 && c->n < COMPOSITE_PARTS) {
    TensorBox *box = &c->boxes[c->n];
    *box = (TensorBox){.tensor = NULL};
    const bool later = deferred_elementwise(call->info, c->in, call->n_in, call->attrs, box, &status);
    if (later) {
      c->parts[c->n++] = box->deferred;
      box->deferred->refs++;
      call->out[0] = &box->deferred->header;
    } else if (status == OK && call->n_in > 0 && deferred_reduction(call->info, c->in, call->attrs, box, &status))
      call->out[0] = box->tensor;
    if (call->out[0] != NULL) call->run = composite_made;
    if (call->out[0] != NULL || status != OK) return status;
  }
  call->in = c->in;
  return deferred_compute_inputs(c->in, call->n_in);
}

/* What a composite gave goes into the box of its caller: a tensor, or one of its parts. */
static Status composite_give(Tensor *out, TensorBox *box) {
  Deferred *d = deferred_of(out);
  if (d == NULL) {
    box->tensor = out;
    return OK;
  }
  const bool part = d->box >= composite_open->boxes && d->box < composite_open->boxes + COMPOSITE_PARTS;
  if (!d->computed && part) {
    d->box->deferred = NULL;
    d->box = box;
    box->deferred = d;
    return OK;
  }
  Tensor *in[] = {out}; /* computed meanwhile, or what the composite was given */
  TRY(deferred_compute_input(in, 1, 0));
  box->tensor = tensor_retain(in[0]);
  return OK;
}

static bool deferred_composite(const OpInfo *info, Tensor **inputs, int n, const void *attrs, TensorBox *box,
                               Status *status) {
  static const Mode mode = {.name = "fused", .bit = MODE_FUSED, .before = composite_before};
  Tensor *out[OP_MAX_OUTPUTS] = {NULL};
  if (!composite_fuses(info, inputs, n)) return false;
  Deferred *given[OP_FEW]; /* their headers are read until the end, also when they are computed meanwhile */
  for (int i = 0; i < n; i++)
    if ((given[i] = deferred_of(inputs[i])) != NULL) given[i]->refs++;
  Composite c = {.n = 0}, *outer = composite_open;
  composite_open = &c;
  mode_install(&mode);
  mode_set(MODE_FUSED, true);
  *status = op_call(info->id, inputs, n, attrs, out);
  mode_set(MODE_FUSED, false);
  if (*status == OK) *status = composite_give(out[0], box);
  for (int i = c.n - 1; i >= 0; i--) {
    if (c.boxes[i].deferred != NULL) deferred_drop_box(&c.boxes[i]);
    tensor_release(c.boxes[i].tensor);
    deferred_release(c.parts[i]);
  }
  for (int i = 0; i < n; i++)
    if (given[i] != NULL) deferred_release(given[i]);
  composite_open = outer;
  return *status == OK;
}

bool deferred_call(const OpInfo *info, Tensor **inputs, int n, const void *attrs, TensorBox *box, Status *status) {
  *status = OK;
  if (call_modes == 0 && info->n_returned == 1 && !info->list_output) {
    if (deferred_elementwise(info, inputs, n, attrs, box, status)) return true;
    if (*status == OK && n > 0 && deferred_reduction(info, inputs, attrs, box, status)) return true;
    if (*status == OK && deferred_composite(info, inputs, n, attrs, box, status)) return true;
  }
  if (*status == OK) *status = deferred_compute_inputs(inputs, n);
  return false;
}
