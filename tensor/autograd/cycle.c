/* cycle.c: a tensor that is changed in place must not hold itself.
**
** y[1] = y:clamp_max(0.7): the new history of y leads to the node of clamp_max, which keeps its input, y. Counts of
** references never come to 0 in such a circle. A backward pass through that node raises, for what it kept was changed;
** so an alias of y without history serves as well, and the node gets one.
*/
#include "node.h"

/* Nodes to be looked at, a heap: the youngest at the top. The inputs of a node are older than it, so a node that is
** reached on several ways is taken several times in a row, and needs no mark. */
typedef struct {
  Node **v;
  int64_t n, room;
} NodeHeap;

static bool heap_add(NodeHeap *heap, Node *node) {
  if (heap->n == heap->room) {
    const int64_t room = heap->room * 2 + 64;
    Node **v = memory_realloc(heap->v, sizeof *v * (size_t)heap->room, sizeof *v * (size_t)room);
    if (v == NULL) return false;
    heap->v = v;
    heap->room = room;
  }
  int64_t at = heap->n++;
  for (; at > 0 && heap->v[(at - 1) / 2]->sequence < node->sequence; at = (at - 1) / 2)
    heap->v[at] = heap->v[(at - 1) / 2];
  heap->v[at] = node;
  return true;
}

static Node *heap_take(NodeHeap *heap) {
  Node *top = heap->v[0], *last = heap->v[--heap->n];
  int64_t at = 0;
  for (int64_t child; (child = 2 * at + 1) < heap->n; at = child) {
    if (child + 1 < heap->n && heap->v[child + 1]->sequence > heap->v[child]->sequence) child++;
    if (heap->v[child]->sequence <= last->sequence) break;
    heap->v[at] = heap->v[child];
  }
  heap->v[at] = last;
  return top;
}

static bool is_held(const Saved *s, const Tensor *changed) {
  return s->kept && !s->packed && s->tensor != NULL && (s->tensor == changed || s->tensor->base == changed);
}

static void hold_alias(Saved *s, int n, const Tensor *changed) {
  for (int i = 0; s != NULL && i < n; i++) {
    Tensor *alias;
    if (!is_held(&s[i], changed) || tensor_view_of(s[i].tensor, &alias) != OK) continue;
    tensor_release(s[i].tensor);
    s[i].tensor = alias;
  }
}

/* Where there is no memory for the walk, the circle stays: the change itself is made already. */
void autograd_break_cycle(Node *written, const Tensor *changed, uint64_t since) {
  NodeHeap heap = {0};
  const Node *last = NULL;
  bool good = heap_add(&heap, written);
  while (good && heap.n > 0) {
    Node *node = heap_take(&heap);
    if (node == last) continue;
    last = node;
    hold_alias(node->saved_in, node->n_inputs, changed);
    hold_alias(node->saved_out, node->n_outputs, changed);
    for (int i = 0; good && i < node->n_inputs && node->edges != NULL; i++)
      if (node->edges[i].node != NULL && node->edges[i].node->sequence > since)
        good = heap_add(&heap, node->edges[i].node);
  }
  memory_free(heap.v, sizeof *heap.v * (size_t)heap.room);
}
