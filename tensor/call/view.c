/* view.c: ops whose result shares the memory of their input. */
#include "road.h"

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
  return fail(ERROR_ARGUMENT, "%s: a tensor of shape %s has too many elements", who,
              shape_text(text, t->ndim, t->shape));
}

/* A view that is made with gradients off knows no base: what is written into it would be missing in the history of that
** tensor, so it cannot be changed with gradients on. */
static void note_base(Tensor *view, Tensor *of) {
  if (grad_enabled()) view->base = tensor_retain(of->base != NULL ? of->base : of);
  else if (tensor_requires_grad(of)) view->flags |= TENSOR_UNRECORDED;
  if (of->flags & TENSOR_UNRECORDED) view->flags |= TENSOR_UNRECORDED;
}

static Status view_list(Call *c) {
  TRY(c->info->views(c));
  for (int i = 0; i < c->list.n; i++) {
    TRY(count_elements(c->info->lua_name, c->list.v[i]));
    note_base(c->list.v[i], c->in[0]);
  }
  return OK;
}

Status call_view(Call *c) {
  if (c->info->list_output) return view_list(c);
  Tensor *in = c->in[0];
  TRY(tensor_view_of(in, &c->out[0]));
  Tensor *out = c->out[0];
  TRY(c->info->view(in, c->attrs, out));
  TRY(count_elements(c->info->lua_name, out));
  note_base(out, in);
  return OK;
}

void call_set_layout(Tensor *t, const Tensor *from) {
  t->ndim = from->ndim;
  t->offset = from->offset;
  memcpy(t->shape, from->shape, sizeof t->shape);
  memcpy(t->stride, from->stride, sizeof t->stride);
  t->numel = from->numel;
}

/* x:t_(): the shape and strides of the handle change, the elements stay. */
Status call_view_in_place(Call *c) {
  Tensor *t = c->in[0], *made;
  TRY(autograd_note_layout(t));
  TRY(tensor_view_of(t, &made));
  Status status = c->info->view(t, c->attrs, made);
  if (status == OK) status = count_elements(c->info->lua_name, made);
  if (status == OK) call_set_layout(t, made);
  tensor_release(made);
  return status;
}
