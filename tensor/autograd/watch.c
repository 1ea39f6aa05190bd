/* watch.c: the hooks of a tensor or of a node: how long they live, and who is told that a graph leads to them. It calls
** nothing but the hooks themselves and memory.c, so that tensors and nodes may call it.
*/
#include "node.h"

unsigned hooks_freed;

void hooks_free(Hook *h) {
  for (; h != NULL; hooks_freed++) {
    Hook *next = h->next;
    if (h->release != NULL) h->release(h);
    memory_free(h, sizeof *h);
    h = next;
  }
}

void node_hooks_free(NodeHook *h) {
  for (NodeHook *next; h != NULL; h = next) {
    next = h->next;
    if (h->release != NULL) h->release(h);
    memory_free(h, sizeof *h);
  }
}

void node_drop_hooks(Node *n) {
  for (Watch *w = n->watches; w != NULL; w = w->next) {
    Hook *hooks = w->hooks;
    w->hooks = NULL;
    hooks_free(hooks);
  }
  for (NodeHook **at = &n->hooks; *at != NULL;) {
    NodeHook *h = *at;
    if (h->call == NULL) { /* a note stays */
      at = &h->next;
      continue;
    }
    *at = h->next;
    h->next = NULL;
    node_hooks_free(h);
  }
}

void node_drop_watches(Node *n) {
  node_drop_hooks(n);
  for (Watch *w = n->watches, *next; w != NULL; w = next) {
    next = w->next;
    memory_free(w, sizeof *w);
  }
}

static void tell_one(Hook *h, bool shared) {
  if (h->shared != NULL) h->shared(h, shared);
}

static void tell(Hook *list, bool shared) {
  const uint8_t told = shared ? 2 : 1;
  if (list == NULL || list->told == told) return;
  list->told = told;
  for (Hook *h = list; h != NULL; h = h->next) tell_one(h, shared);
}

/* Whether there are other references to a tensor than the one of its handle. */
static bool is_shared(const Tensor *t) {
  return atomic_load_explicit(&t->refs, memory_order_relaxed) > 1 + t->autograd->twins;
}

/* Whether 'w' watches a tensor that is still an output of 'n', and nobody else holds it. */
static bool watches_handle(const Node *n, const Watch *w) {
  const Tensor *t = w->tensor;
  return t != NULL && t->autograd != NULL && t->autograd->grad_fn == n && !is_shared(t);
}

/* All outputs that are left are watched, and each has its handle as the only owner; then
** the node is theirs alone. */
static bool node_is_shared(const Node *n) {
  int handles = 0;
  for (Watch *w = n->watches; w != NULL; w = w->next) handles += watches_handle(n, w);
  return atomic_load_explicit(&n->refs, memory_order_relaxed) > handles;
}

void node_recount(Node *n) {
  const bool shared = node_is_shared(n);
  for (Watch *w = n->watches; w != NULL; w = w->next) tell(w->hooks, shared || !watches_handle(n, w));
}

void hooks_recount(Tensor *t) {
  Autograd *a = t->autograd;
  if (a == NULL) return;
  if (a->hooks != NULL) tell(a->hooks, is_shared(t));
  if (a->grad_fn != NULL) node_recount(a->grad_fn);
}

void hook_added(Hook **list, Hook *h, bool shared) {
  if (*list == NULL) {
    *list = h->last = h;
    tell(h, shared);
    return;
  }
  (*list)->last->next = h;
  (*list)->last = h;
  tell(*list, shared); /* the others, if it is news to them */
  tell_one(h, shared);
}

bool hook_is_shared(const Tensor *t, const Watch *w) {
  if (w == NULL) return is_shared(t);
  const Node *n = t->autograd->grad_fn;
  return node_is_shared(n) || !watches_handle(n, w);
}
