/* node_hook.c: hooks of places in the graph, which see all gradients of a node. They live until the graph is
** freed: as long as the node, or to the end of a pass that does not retain the graph. */
#include "node.h"

Status node_add_hook(Node *n, const NodeHook *hook, int64_t *id) {
  static int64_t next_id = 1;
  NodeHook *h = memory_alloc(sizeof *h), **end = &n->hooks;
  if (h == NULL) return ERROR_MEMORY;
  *h = *hook;
  h->next = NULL;
  *id = h->id = next_id++;
  while (*end != NULL) end = &(*end)->next;
  *end = h;
  return OK;
}

void node_remove_hook(Node *n, int64_t id) {
  for (NodeHook **at = &n->hooks; *at != NULL; at = &(*at)->next) {
    NodeHook *h = *at;
    if (h->id != id) continue;
    *at = h->next;
    h->next = NULL;
    node_hooks_free(h);
    return;
  }
}

NodeHook *node_note(Node *n) {
  NodeHook *h = n->hooks;
  while (h != NULL && h->call != NULL) h = h->next;
  return h;
}

/* What a hook gave looks like what it got. */
static Status node_hook_check(const Node *n, int count, Tensor *const *old, Tensor *const *given) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  for (int i = 0; i < count; i++) {
    if (given[i] == old[i] || given[i] == NULL || old[i] == NULL) continue;
    if (given[i]->dtype == old[i]->dtype && tensor_same_shape(given[i], old[i])) continue;
    return fail(ERROR_ARGUMENT, "a hook of %s returns gradients like those it got, %s, got %s", node_name(n),
                tensor_text(a, old[i]), tensor_text(b, given[i]));
  }
  return OK;
}

static Status node_hook_run(Node *n, NodeHook *h, int n_in, Tensor **in, int n_out, Tensor **out) {
  const int count = h->before ? n_out : n_in;
  const size_t bytes = sizeof(Tensor *) * (size_t)(count + 1);
  Tensor **old = memory_alloc(bytes), **list = h->before ? out : in;
  if (old == NULL) return ERROR_MEMORY;
  for (int i = 0; i < count; i++) old[i] = tensor_retain(list[i]);
  Status status = h->call(h, n_in, in, n_out, out);
  if (status == OK) status = node_hook_check(n, count, old, list);
  for (int i = 0; i < count; i++) tensor_release(old[i]);
  memory_free(old, bytes);
  return status;
}

/* A hook may remove any hook, itself too: the next one is looked up anew, for identifiers grow along the list. */
Status node_hooks_run(Node *n, bool before, int n_in, Tensor **in, int n_out, Tensor **out) {
  for (int64_t last = 0;;) {
    NodeHook *h = n->hooks;
    while (h != NULL && (h->id <= last || h->call == NULL || h->before != before)) h = h->next;
    if (h == NULL) return OK;
    last = h->id;
    TRY(node_hook_run(n, h, n_in, in, n_out, out));
  }
}
