/* layout.c: whether a gradient belongs to the layout that a tensor has now.
**
** Ops such as t_ change the shape and the strides of a tensor, with gradients off those of a leaf, too. The shape of a
** square matrix does not tell, so what belongs to the layout from before notes it when it changes: the accumulator,
** to which graphs lead, and the gradient. Nobody notes anything as long as nothing changes. It calls nothing of
** autograd/, so that all of it may call it.
*/
#include "node.h"

static Status layout_note(const Tensor *t, LayoutNote **noted) {
  if (*noted != NULL) return OK; /* it tells of an earlier layout, to which the owner belongs */
  LayoutNote *l = memory_alloc(sizeof *l);
  if (l == NULL) return ERROR_MEMORY;
  *l = (LayoutNote){.ndim = t->ndim, .replaced = t->autograd->replaced, .offset = t->offset};
  memcpy(l->shape, t->shape, sizeof l->shape);
  memcpy(l->stride, t->stride, sizeof l->stride);
  *noted = l;
  return OK;
}

void layout_free(LayoutNote *noted) {
  if (noted != NULL) memory_free(noted, sizeof *noted);
}

bool layout_is(const LayoutNote *noted, const Tensor *t) {
  if (noted == NULL) return true;
  if (noted->replaced != t->autograd->replaced || noted->ndim != t->ndim || noted->offset != t->offset) return false;
  for (int d = 0; d < t->ndim; d++)
    if (noted->shape[d] != t->shape[d] || (t->shape[d] > 1 && noted->stride[d] != t->stride[d])) return false;
  return true;
}

Status autograd_note_layout(Tensor *t) {
  Autograd *meta = t->autograd;
  if (meta == NULL) return OK;
  if (meta->accumulator != NULL) {
    LayoutNote *noted = meta->accumulator->attrs;
    TRY(layout_note(t, &noted));
    meta->accumulator->attrs = noted;
  }
  return meta->grad != NULL ? layout_note(t, &meta->grad_layout) : OK;
}

Status leaf_moved(const char *who, const Tensor *leaf) {
  char text[SHAPE_TEXT];
  return fail(ERROR_ARGUMENT, "%s: a leaf (%s) was given another layout in place (by t_ or the like) after it was used",
              who, tensor_text(text, leaf));
}
