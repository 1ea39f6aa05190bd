/* node.h: the tape. A node is one recorded op: its attributes, what it keeps, and
** edges to the nodes that made its inputs. The same node is the graph's node.
*/
#ifndef HECATE_NODE_H
#define HECATE_NODE_H

#include "call/mode.h"
#include "core/internal.h"

typedef struct {
  Node *node; /* owned; NULL: this input wants no gradient */
  int output;
} Edge;

/* What a gradient that flows into an output must look like. */
typedef struct {
  uint8_t dtype, device, ndim;
  int64_t shape[TENSOR_MAX_DIMS];
} Meta;

/* How a tensor lay in its memory before its shape or strides were changed in place. */
typedef struct LayoutNote {
  int ndim;
  unsigned replaced; /* Autograd.replaced: layouts in different memories cannot be compared */
  int64_t offset, shape[TENSOR_MAX_DIMS], stride[TENSOR_MAX_DIMS];
} LayoutNote;

typedef struct {
  Tensor *tensor;   /* owned; of an output: an alias without history */
  uint64_t changes; /* tensor_changes when it was kept; if packed: what saved_door made of it */
  bool kept, packed;
} Saved;

/* Rows of the gradient of a table: n positions and n × d numbers. */
typedef struct SparseGrad {
  Tensor *places, *values; /* owned */
} SparseGrad;

/* Who looks at the gradient of an output on its way: hooks, retain_grad. */
typedef struct Watch {
  Tensor *tensor; /* not owned: cleared when the tensor goes */
  Hook *hooks;    /* owned */
  int output;
  bool retain;    /* store the gradient in the tensor's .grad */
  struct Watch *next;
} Watch;

typedef enum { NODE_OP, NODE_ACCUMULATE, NODE_CALLBACK } NodeKind;

struct Node {
  atomic_int refs;
  uint8_t kind;
  bool released; /* what it kept was freed by a backward pass */
  uint16_t shown; /* the op whose name it shows */
  int32_t n_inputs, n_outputs; /* lists make them long */
  OpId op;
  uint32_t place;    /* where it was made, of place.c; 0: not noted */
  uint32_t wanted;   /* of NODE_OP: bits of the inputs whose gradient was wanted when it was recorded */
  uint64_t sequence; /* order of creation; inputs have smaller ones */
  Edge *edges;       /* [n_inputs] */
  Meta *outputs;     /* [n_outputs] */
  Saved *saved_in;   /* [n_inputs] or NULL */
  Saved *saved_out;  /* [n_outputs] or NULL */
  void *attrs;       /* in this block; of NODE_ACCUMULATE: the LayoutNote of a leaf that changed since, or NULL */
  Callback *callback;
  Tensor *leaf;      /* of NODE_ACCUMULATE: owned */
  struct Watch *watches;
  NodeHook *hooks;   /* owned */
  size_t bytes;      /* of this block */
  /* scratch of the engine: which pass, and the slot in it */
  uint64_t pass;
  int64_t slot;
  Node *next_dead;
};

/* The place of input k in the masks of a row: a list counts as one input. */
static inline int input_index(const OpInfo *info, int k) {
  return info->list && k >= info->n_inputs - 1 ? info->n_inputs - 1 : k;
}

/* Whether input or output i of the masks is kept, or read, when the gradients 'wanted' are. */
static inline bool node_keeps(uint32_t saved, const uint16_t *read_by, int i, uint32_t wanted) {
  return (saved >> i & 1) && (read_by == NULL || (read_by[i] & wanted));
}

/* ---- cycle.c ---- */
/* Before 'written' becomes the history of 'changed' (a tensor, or the base of a view), which was changed in place: the
** nodes that it leads to, those younger than 'since', no longer keep that tensor itself. */
void autograd_break_cycle(Node *written, const Tensor *changed, uint64_t since);

/* ---- node.c ---- */
Status node_new(NodeKind kind, OpId op, int n_inputs, int n_outputs, bool save_in,
                bool save_out, size_t attrs_size, Node **out);
void node_renumber(Node *node); /* the youngest from now on */
void node_drop_saved(Node *node);
Meta meta_of(const Tensor *t);
bool meta_same_shape(const Meta *m, const Tensor *t);

/* ---- autograd.c ---- */
/* The node and output that a tensor's gradient flows to: its history, or the
** accumulator of a leaf. *edge is owned; node NULL when it wants none. */
Status tensor_edge(Tensor *t, Edge *edge);
/* 't' is output 'output' of 'node' from now on. */
Status tensor_set_history(Tensor *t, Node *node, int output);

/* Fails where not all of the gradient of 't' passes it. */
Status tensor_check_passes(const char *who, const Tensor *t);

/* ---- layout.c ---- */
/* Whether a tensor lies in its memory as 'noted' says; NULL: it was not changed since. */
bool layout_is(const LayoutNote *noted, const Tensor *t);
void layout_free(LayoutNote *noted);
/* Fails: a graph holds a leaf in another layout than it has now. */
Status leaf_moved(const char *who, const Tensor *leaf);

/* ---- sparse.c ---- */
void sparse_free(SparseGrad *s);
/* Positions and values, which are retained, in place of the rows that were there. */
Status sparse_set(Autograd *meta, Tensor *places, Tensor *values);
/* Makes the rows of the gradient of 't', which has some, a dense one. */
Status sparse_make_dense(Tensor *t);

/* ---- leaf.c ---- */
/* Makes a gradient (owned, may be replaced) one whose memory nobody else can change, nor it that of others. */
Status gradient_own(Tensor **grad);
/* Adds a gradient (owned, may be taken) to that of 't', which has memory of its own afterwards. 'in_place':
** who holds t.grad already sees it grow; otherwise t.grad becomes another tensor. */
Status gradient_accumulate(const char *who, Tensor *t, Tensor **grad, bool in_place);

/* ---- hook.c ---- */
Status hooks_run(Hook *const *list, Tensor **grad); /* *grad owned, may be replaced */
Status hooks_run_after(Hook *const *list, Tensor *leaf); /* those that wait for the gradient of the leaf */

/* ---- node_hook.c ---- */
/* Runs the hooks of a node before its formula or after it; in and out: see NodeHook. */
Status node_hooks_run(Node *node, bool before, int n_in, Tensor **in, int n_out, Tensor **out);

/* ---- watch.c ---- */
extern unsigned hooks_freed; /* how many so far: who walks along a list sees by it that the list has changed */
void hooks_free(Hook *list);
void node_hooks_free(NodeHook *list);
/* Puts a hook behind the others of a list, and tells it whether it is shared. */
void hook_added(Hook **list, Hook *hook, bool shared);
/* Whether a graph or another tensor leads to the hooks of 't', which lie in a watch of its node or (NULL) in a leaf. */
bool hook_is_shared(const Tensor *t, const Watch *w);
void node_drop_hooks(Node *node);
void node_drop_watches(Node *node); /* their hooks too */
/* A reference to a watched node came or went: its hooks are told (Hook.shared). */
void node_recount(Node *node);

#endif
