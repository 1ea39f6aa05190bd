/* running.c: what hooks may ask about the backward pass that runs. */
#include "pass.h"

_Thread_local const Pass *pass_running;

uint64_t autograd_pass(bool *outermost) {
  *outermost = pass_running == NULL || pass_running->outer == NULL;
  return pass_running != NULL ? pass_running->pass : 0;
}

static int count_hooks(const Hook *hooks, int n, const int64_t *ids) {
  int count = 0;
  for (const Hook *h = hooks; h != NULL; h = h->next)
    for (int i = 0; i < n; i++) count += h->id == ids[i];
  return count;
}

int autograd_reaches_hooks(int n, const int64_t *ids) {
  const Pass *p = pass_running;
  int count = 0;
  for (int64_t i = 0; p != NULL && i < p->n_slots; i++) {
    const Node *node = p->slots[i].node;
    if (!p->slots[i].needed) continue;
    if (node->kind == NODE_ACCUMULATE && node->leaf->autograd != NULL)
      count += count_hooks(node->leaf->autograd->hooks, n, ids);
    for (const Watch *w = node->watches; w != NULL; w = w->next) count += count_hooks(w->hooks, n, ids);
  }
  return count;
}
