/* hook.c: who looks at gradients on their way: hooks and retain_grad.
*/
#include "node.h"

/* What a hook returns takes the place of the gradient, so it looks like it. */
static Status check_replacement(const Tensor *grad, const Tensor *given) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (given->dtype == grad->dtype && tensor_same_shape(given, grad)) return OK;
  return fail(ERROR_ARGUMENT, "register_hook: a hook returns a gradient like the one it got, %s, got %s",
              tensor_text(a, grad), tensor_text(b, given));
}

/* A hook may remove any hook of the list, itself too, so each next one is looked up
** anew: identifiers grow along the list. */
Status hooks_run(Hook *const *hooks, Tensor **grad) {
  int64_t last = 0;
  for (;;) {
    Hook *h = *hooks;
    while (h != NULL && (h->id <= last || h->call == NULL)) h = h->next;
    if (h == NULL) return OK;
    last = h->id;
    Tensor *replacement = NULL;
    TRY(h->call(h, *grad, &replacement));
    if (replacement == NULL) continue;
    Status status = check_replacement(*grad, replacement);
    tensor_release(status == OK ? *grad : replacement);
    TRY(status);
    *grad = replacement;
  }
}

/* ---- adding and removing ---- */

/* The watch of a tensor that is no leaf, made when missing. */
static Status watch_of(Tensor *t, Watch **out) {
  Node *n = tensor_grad_fn(t);
  if (n == NULL) return ERROR_MEMORY;
  for (*out = n->watches; *out != NULL; *out = (*out)->next)
    if ((*out)->tensor == t) return OK;
  Watch *w = memory_zalloc(sizeof *w);
  if (w == NULL) return ERROR_MEMORY;
  *w = (Watch){.tensor = t, .output = t->autograd->output, .next = n->watches};
  n->watches = *out = w;
  return OK;
}

Status tensor_retain_grad(Tensor *t) {
  if (!tensor_requires_grad(t))
    return fail(ERROR_ARGUMENT, "retain_grad: the tensor does not require a gradient");
  if (tensor_is_leaf(t)) return OK;
  Watch *w;
  TRY(watch_of(t, &w));
  w->retain = true;
  return OK;
}

Status tensor_add_hook(Tensor *t, const Hook *hook, int64_t *id) {
  static int64_t next_id = 1;
  if (!tensor_requires_grad(t))
    return fail(ERROR_ARGUMENT, "register_hook: the tensor does not require a gradient");
  Hook **last;
  if (tensor_is_leaf(t)) {
    Autograd *meta = autograd_of(t);
    if (meta == NULL) return ERROR_MEMORY;
    last = &meta->hooks;
  } else {
    Watch *w;
    TRY(watch_of(t, &w));
    last = &w->hooks;
  }
  Hook *h = memory_alloc(sizeof *h);
  if (h == NULL) return ERROR_MEMORY;
  *h = *hook;
  h->next = NULL;
  *id = h->id = next_id++;
  while (*last != NULL) last = &(*last)->next;
  *last = h;
  t->flags |= TENSOR_HOOKED;
  hooks_recount(t);
  return OK;
}

static bool hook_remove(Hook **h, int64_t id) {
  for (; *h != NULL; h = &(*h)->next)
    if ((*h)->id == id) {
      Hook *gone = *h;
      *h = gone->next;
      gone->next = NULL;
      hooks_free(gone);
      return true;
    }
  return false;
}

void tensor_remove_hook(Tensor *t, int64_t id) {
  if (t->autograd == NULL || hook_remove(&t->autograd->hooks, id) || t->autograd->grad_fn == NULL) return;
  for (Watch *w = t->autograd->grad_fn->watches; w != NULL; w = w->next)
    if (hook_remove(&w->hooks, id)) return;
}
