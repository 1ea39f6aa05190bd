/* node.c: nodes of the tape, each one block of memory with all that it keeps.
*/
#include "node.h"

_Static_assert(OP_COUNT + OP_MAX_REGISTERED <= UINT16_MAX, "Node.shown has 16 bits");

static uint64_t next_sequence = 1;
void node_renumber(Node *n) { n->sequence = next_sequence++; }
uint64_t tape_length(void) { return next_sequence; }

static size_t align(size_t n) { return (n + 15) & ~(size_t)15; }

Status node_new(NodeKind kind, OpId op, int n_inputs, int n_outputs, bool save_in,
                bool save_out, size_t attrs_size, Node **out) {
  size_t edges = align(sizeof(Node));
  size_t metas = edges + align(sizeof(Edge) * (size_t)n_inputs);
  size_t in = metas + align(sizeof(Meta) * (size_t)n_outputs);
  size_t outs = in + (save_in ? align(sizeof(Saved) * (size_t)n_inputs) : 0);
  size_t attrs = outs + (save_out ? align(sizeof(Saved) * (size_t)n_outputs) : 0);
  size_t bytes = attrs + align(attrs_size);
  Node *n = memory_zalloc(bytes);
  *out = n;
  if (n == NULL) return ERROR_MEMORY;
  char *block = (char *)n;
  atomic_init(&n->refs, 1);
  n->kind = (uint8_t)kind;
  n->op = op;
  n->shown = (uint16_t)op;
  n->n_inputs = n_inputs;
  n->n_outputs = n_outputs;
  n->edges = (Edge *)(block + edges);
  n->outputs = (Meta *)(block + metas);
  n->saved_in = save_in ? (Saved *)(block + in) : NULL;
  n->saved_out = save_out ? (Saved *)(block + outs) : NULL;
  n->attrs = attrs_size > 0 ? block + attrs : NULL;
  n->bytes = bytes;
  if ((history_places || mode_is_on(MODE_ANOMALY)) && kind != NODE_ACCUMULATE) n->place = place_now();
  n->sequence = kind == NODE_ACCUMULATE ? UINT64_MAX : next_sequence++;
  return OK;
}

void node_retain(Node *n) {
  atomic_fetch_add_explicit(&n->refs, 1, memory_order_relaxed);
  if (n->watches != NULL) node_recount(n);
}

SavedDoor saved_door;
_Thread_local bool saved_packs;

static void drop_saved(Saved *saved, int n) {
  if (saved == NULL) return;
  for (int i = 0; i < n; i++) {
    if (saved[i].packed) saved_door.release(saved[i].changes);
    saved[i].packed = false;
    Tensor *t = saved[i].tensor;
    saved[i].tensor = NULL;
    tensor_release(t);
  }
}

void node_drop_saved(Node *n) {
  drop_saved(n->saved_in, n->n_inputs);
  drop_saved(n->saved_out, n->n_outputs);
  if (n->callback != NULL && n->callback->drop != NULL) n->callback->drop(n->callback);
  /* A node that kept nothing but attributes can run again. */
  n->released = n->saved_in != NULL || n->saved_out != NULL || n->kind == NODE_CALLBACK || n->watches != NULL ||
                n->hooks != NULL;
}

/* Graphs can be a million nodes deep, and freeing a node frees what it points to:
** dead nodes wait in a list instead of in stack frames. */
static _Thread_local Node *dead;
static _Thread_local bool burying;

void node_release(Node *n) {
  if (n == NULL) return;
  if (atomic_fetch_sub_explicit(&n->refs, 1, memory_order_acq_rel) != 1) {
    if (n->watches != NULL) node_recount(n);
    return;
  }
  n->next_dead = dead;
  dead = n;
  if (burying) return;
  burying = true;
  while ((n = dead) != NULL) {
    dead = n->next_dead;
    node_drop_saved(n);
    for (int i = 0; i < n->n_inputs; i++) node_release(n->edges[i].node);
    node_drop_watches(n);
    node_hooks_free(n->hooks);
    if (n->leaf != NULL) {
      Autograd *meta = n->leaf->autograd;
      if (meta != NULL && meta->accumulator == n) meta->accumulator = NULL;
      layout_free(n->attrs);
      tensor_release(n->leaf);
    }
    if (n->callback != NULL) {
      if (n->callback->release != NULL) n->callback->release(n->callback);
      memory_free(n->callback, sizeof *n->callback);
    }
    memory_free(n, n->bytes);
  }
  burying = false;
}

Meta meta_of(const Tensor *t) {
  Meta m = {.dtype = t->dtype, .device = t->device, .ndim = t->ndim};
  memcpy(m.shape, t->shape, sizeof(int64_t) * t->ndim);
  return m;
}

bool meta_same_shape(const Meta *m, const Tensor *t) {
  if (m->ndim != t->ndim) return false;
  for (int d = 0; d < t->ndim; d++)
    if (m->shape[d] != t->shape[d]) return false;
  return true;
}

const char *node_name(const Node *n) {
  static _Thread_local char text[64];
  if (n->kind == NODE_ACCUMULATE) return "AccumulateGrad";
  if (n->kind == NODE_CALLBACK) return n->callback->name;
  char *p = text;
  bool upper = true;
  for (const char *s = op_info(n->shown)->lua_name; *s && p < text + 48; s++) {
    if (*s == '_') {
      upper = true;
      continue;
    }
    *p++ = upper && *s >= 'a' && *s <= 'z' ? (char)(*s - 32) : *s;
    upper = false;
  }
  strcpy(p, "Backward");
  return text;
}
int node_input_count(const Node *n) { return n->n_inputs; }
Node *node_input(const Node *n, int i) { return n->edges[i].node; }
int node_input_output(const Node *n, int i) { return n->edges[i].output; }
