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

/* A hook may remove any hook of the list, itself too: then the next one is looked up anew, for identifiers grow along
** the list. */
Status hooks_run(Hook *const *hooks, Tensor **grad) {
  int64_t last = 0;
  for (Hook *h = *hooks; h != NULL;) {
    if (h->id <= last || h->call == NULL || h->after) {
      h = h->next;
      continue;
    }
    const unsigned before = hooks_freed;
    last = h->id;
    Tensor *replacement = NULL;
    TRY(h->call(h, *grad, &replacement));
    h = hooks_freed == before ? h->next : *hooks;
    if (replacement == NULL) continue;
    Status status = check_replacement(*grad, replacement);
    tensor_release(status == OK ? *grad : replacement);
    TRY(status);
    *grad = replacement;
  }
  return OK;
}

/* What such a hook returns is passed over. */
Status hooks_run_after(Hook *const *hooks, Tensor *leaf) {
  int64_t last = 0;
  for (Hook *h = *hooks; h != NULL;) {
    if (h->id <= last || !h->after) {
      h = h->next;
      continue;
    }
    const unsigned before = hooks_freed;
    last = h->id;
    Tensor *returned = NULL;
    TRY(h->call(h, leaf, &returned));
    tensor_release(returned);
    h = hooks_freed == before ? h->next : *hooks;
  }
  return OK;
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
  TRY(tensor_check_passes("retain_grad", t));
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
  if (hook->after && !tensor_is_leaf(t))
    return fail(ERROR_ARGUMENT, "register_post_accumulate_grad_hook: the tensor is no leaf: nothing is added up");
  TRY(tensor_check_passes("register_hook", t));
  Watch *w = NULL;
  if (autograd_of(t) == NULL) return ERROR_MEMORY;
  if (!tensor_is_leaf(t)) TRY(watch_of(t, &w));
  Hook *h = memory_alloc(sizeof *h);
  if (h == NULL) return ERROR_MEMORY;
  *h = *hook;
  h->next = NULL;
  *id = h->id = next_id++;
  t->flags |= TENSOR_HOOKED;
  hook_added(w != NULL ? &w->hooks : &t->autograd->hooks, h, hook_is_shared(t, w));
  return OK;
}

static bool hook_remove(Hook **list, int64_t id) {
  Hook *first = *list, *before = NULL;
  for (Hook *h = first; h != NULL; before = h, h = h->next) {
    if (h->id != id) continue;
    if (before != NULL) before->next = h->next;
    else *list = h->next;
    if (*list != NULL) {
      (*list)->last = first->last == h ? before : first->last;
      (*list)->told = first->told;
    }
    h->next = NULL;
    hooks_free(h);
    return true;
  }
  return false;
}

void tensor_remove_hook(Tensor *t, int64_t id) {
  if (t->autograd == NULL || hook_remove(&t->autograd->hooks, id) || t->autograd->grad_fn == NULL) return;
  for (Watch *w = t->autograd->grad_fn->watches; w != NULL; w = w->next)
    if (hook_remove(&w->hooks, id)) return;
}
