/* saved.c: walks over a graph: how much memory it holds for its backward pass, and which leaves it leads to. */
#include <stdlib.h>

#include "node.h"

/* An array that grows. */
typedef struct {
  const void **v;
  int64_t n, room;
} SavedList;

static Status saved_add(SavedList *list, const void *item) {
  if (list->n == list->room) {
    const int64_t room = list->room * 2 + 64;
    const void **v = memory_realloc(list->v, sizeof *v * (size_t)list->room, sizeof *v * (size_t)room);
    if (v == NULL) return ERROR_MEMORY;
    list->v = v;
    list->room = room;
  }
  list->v[list->n++] = item;
  return OK;
}

static void saved_free(SavedList *list) { memory_free(list->v, sizeof *list->v * (size_t)list->room); }

static int saved_order(const void *a, const void *b) {
  const char *x = *(const char *const *)a, *y = *(const char *const *)b;
  return (x > y) - (x < y);
}

static void saved_sort(SavedList *list) {
  if (list->n > 0) qsort(list->v, (size_t)list->n, sizeof *list->v, saved_order);
}

static bool saved_has(const SavedList *list, const void *item) {
  return list->n > 0 && bsearch(&item, list->v, (size_t)list->n, sizeof *list->v, saved_order) != NULL;
}

static Status saved_of(const Saved *saved, int n, SavedList *storages) {
  for (int i = 0; saved != NULL && i < n; i++)
    if (saved[i].tensor != NULL && saved[i].kept) TRY(saved_add(storages, saved[i].tensor->storage));
  return OK;
}

/* Every node is looked at once: those that were seen have the number of this walk in their scratch. */
static Status saved_walk(SavedList *nodes, SavedList *storages, SavedList *leaves) {
  static uint64_t walk = UINT64_MAX; /* backward passes count from 1 up */
  walk--;
  while (nodes->n > 0) {
    Node *node = (Node *)(uintptr_t)nodes->v[--nodes->n];
    if (node->pass == walk) continue;
    node->pass = walk;
    if (node->leaf != NULL) TRY(saved_add(leaves, node->leaf));
    TRY(saved_of(node->saved_in, node->n_inputs, storages));
    TRY(saved_of(node->saved_out, node->n_outputs, storages));
    for (int i = 0; i < node->n_inputs && node->edges != NULL; i++)
      if (node->edges[i].node != NULL) TRY(saved_add(nodes, node->edges[i].node));
  }
  return OK;
}

/* Storages count once, those of leaves not at all: they are there without the graph. */
Status autograd_saved_bytes(Tensor *root, int64_t *bytes) {
  SavedList nodes = {0}, storages = {0}, leaves = {0};
  Node *first = tensor_grad_fn(root);
  Status status = first != NULL ? saved_add(&nodes, first) : OK;
  *bytes = 0;
  if (status == OK) status = saved_walk(&nodes, &storages, &leaves);
  for (int64_t i = 0; i < leaves.n; i++) leaves.v[i] = ((const Tensor *)leaves.v[i])->storage;
  saved_sort(&storages);
  saved_sort(&leaves);
  for (int64_t i = 0; i < storages.n && status == OK; i++) {
    const Storage *s = storages.v[i];
    const bool again = i > 0 && storages.v[i - 1] == s;
    if (!again && !saved_has(&leaves, s)) *bytes += (int64_t)s->bytes;
  }
  saved_free(&nodes);
  saved_free(&storages);
  saved_free(&leaves);
  return status;
}

static bool saved_is_among(const void *item, int n, Tensor *const *list) {
  for (int i = 0; i < n; i++)
    if (list[i] == item) return true;
  return false;
}

Status autograd_leads_elsewhere(int n_roots, Tensor **roots, int n_own, Tensor **own, bool *elsewhere) {
  SavedList nodes = {0}, storages = {0}, leaves = {0};
  Status status = OK;
  *elsewhere = false;
  for (int i = 0; i < n_roots && status == OK; i++) {
    if (!tensor_requires_grad(roots[i])) continue;
    Node *first = tensor_grad_fn(roots[i]);
    status = first != NULL ? saved_add(&nodes, first) : saved_add(&leaves, roots[i]);
  }
  if (status == OK) status = saved_walk(&nodes, &storages, &leaves);
  for (int64_t i = 0; i < leaves.n && !*elsewhere; i++) *elsewhere = !saved_is_among(leaves.v[i], n_own, own);
  saved_free(&nodes);
  saved_free(&storages);
  saved_free(&leaves);
  return status;
}
