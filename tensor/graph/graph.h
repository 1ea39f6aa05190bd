/* graph.h: a computation as data. A graph has values (tensors that are not there yet, with the dtype and the
** shape that they had when the graph was recorded) and nodes (calls of ops) in the order in which they run. It is in
** single-assignment form: each value is made in one place, and a node uses only what is made before it.
**
** A node has the attributes of its op in the op's own struct (OpArg tells names, types and offsets), so a new
** row needs nothing here. Its text form (text.c) parses back (parse.c) to the same graph.
**
** In place. Output 0 of a node with 'in_place' is its first input, changed: the same memory under another
** number. Value 'base' says whose memory a value shows. So what reads memory that is changed later stands before
** the change, what reads the new elements behind it, and passes move neither.
**
** Ownership: a graph owns what its values and nodes point to. Functions that add something copy what they are given.
*/
#ifndef HECATE_GRAPH_H
#define HECATE_GRAPH_H

#include "core/internal.h"

typedef enum {
  VALUE_INPUT,     /* given with each run */
  VALUE_PARAMETER, /* a tensor of the model: the same in each run, but its elements may change between runs */
  VALUE_CONSTANT,  /* a tensor that does not change unless the graph itself changes it */
  VALUE_NUMBER,    /* a number beside a tensor: weak in promotion */
  VALUE_RESULT     /* an output of a node */
} ValueKind;

typedef struct {
  uint8_t kind; /* ValueKind */
  uint8_t dtype;
  uint8_t ndim;
  Device device;
  int64_t shape[TENSOR_MAX_DIMS];
  int base;       /* of a result: the value whose memory it shows, -1: its own */
  int node;       /* of a result: the node that makes it, -1: none (any more) */
  char *name;     /* of inputs, parameters and constants; or NULL */
  Tensor *tensor; /* of parameters, constants and numbers; NULL: not bound yet */
} GraphValue;

typedef struct {
  const OpInfo *info;
  bool in_place; /* the result goes into the first input */
  bool no_grad;  /* it ran while gradients were off */
  bool list;     /* the outputs are a list */
  int group;     /* neighbours of one group may run as one walk over memory (group.h); 0: of none */
  int n_inputs, n_outputs;
  int *inputs;  /* values; -1: not given */
  int *outputs; /* values; -1: the op gave nothing there */
  void *attrs;  /* info->attrs_size bytes, NULL where that is 0 */
  char *place;  /* line of the program, or NULL */
  char *scope;  /* path of the module, or NULL */
} GraphNode;

typedef struct Graph {
  GraphValue *values;
  GraphNode *nodes;
  int *inputs, *outputs;
  int n_values, n_nodes, n_inputs, n_outputs;
  int room_values, room_nodes, room_inputs, room_outputs;
} Graph;

/* ---- graph.c ------------------------------------------------------------------- */

Status graph_new(Graph **out);
void graph_free(Graph *g); /* NULL is allowed */
Status graph_copy(const Graph *g, Graph **out);

/* Adds a value that is described by 'like' (its tensor is retained, its name copied); *out is its number. */
Status graph_add_value(Graph *g, const GraphValue *like, int *out);
/* Values by what they hold; name may be NULL. */
GraphValue graph_value_of(ValueKind kind, const Tensor *t);
Status graph_add_input(Graph *g, const Tensor *like, const char *name, int *out);
Status graph_add_tensor(Graph *g, ValueKind kind, Tensor *t, const char *name, int *out);
Status graph_add_number(Graph *g, Scalar number, int *out);
/* Appends a node that is described by 'like': its arrays, attributes and texts are copied. Outputs are values of kind
** VALUE_RESULT that no other node makes. */
Status graph_add_node(Graph *g, const GraphNode *like);
Status graph_add_output(Graph *g, int value);

/* A number among the values as it was given. */
Scalar graph_number(const GraphValue *v);
/* The argument that input 'i' of an op belongs to; of a list each item does. */
const OpArg *graph_argument_of(const OpInfo *info, int i);
/* Takes the nodes out for which 'drop' is true, and the values that nothing makes or uses any more; the others are
** numbered anew, in the order: inputs, parameters, constants and numbers, results. 'drop' may be NULL: none. */
Status graph_compact(Graph *g, const bool *drop);
/* Takes nodes out; values keep their numbers, so what a node used or made may be used by none now. */
void graph_drop(Graph *g, const bool *drop);
/* Every use of value 'from' becomes one of 'to'. */
void graph_replace(Graph *g, int from, int to);

/* ---- attributes.c ---------------------------------------------------------------- */

bool attribute_equal(const OpArg *arg, const void *a, const void *b); /* a, b: the structs */
bool attributes_equal(const OpInfo *info, const void *a, const void *b);
/* Equal attributes have equal hashes; 'seed' is mixed in. */
uint64_t attributes_hash(const OpInfo *info, const void *attrs, uint64_t seed);
uint64_t hash_bytes(const void *data, size_t n, uint64_t seed);
/* Attributes hold references to generators. */
void attributes_retain(const OpInfo *info, const void *attrs);
void attributes_release(const OpInfo *info, const void *attrs);

/* ---- text.c ------------------------------------------------------------------------ */

/* The text of a graph: graph_text_free frees it. */
Status graph_text(const Graph *g, char **out);
void graph_text_free(char *text);

/* ---- parse.c ------------------------------------------------------------------------ */

/* The graph of a text. Its parameters and constants have names and no tensors: graph_bind gives them some. */
Status graph_parse(const char *text, Graph **out);
/* The tensor of a parameter or constant; dtype and shape must agree. */
Status graph_bind(Graph *g, int value, Tensor *t);

/* ---- verify.c ------------------------------------------------------------------------ */

/* Whether the graph is one: every pass must leave one that is. */
Status graph_verify(const Graph *g);

/* ---- interpret.c ---------------------------------------------------------------------- */

/* Runs a graph: inputs as they were recorded in dtype and number of dimensions; 'outputs' gets n_outputs tensors. */
Status graph_run(const Graph *g, int n_inputs, Tensor *const *inputs, Tensor **outputs);

#endif
