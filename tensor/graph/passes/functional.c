/* functional.c: changes in place become ops that give new values, so that the other passes may move, join and
** drop what reads them, and a reader of the graph (an exporter, say) needs no memory.
**
** The values that show one memory are a family: its root, and views of it, each made by a node from another of the
** family. A change of the root gives the root another value; a change of a view gives the root as_strided_scatter of
** the view's new value. A view that is read after a change is made again from the root, by its own nodes. What an
** input, a parameter or a constant holds at the end is copied there by the last nodes.
**
** The choice against keeping changes in place everywhere: it costs a copy of the root for each change of a
** view, and a copy of what is seen from outside; in return the rest of the graph has values only. A family stays
** as it is, in place, where a change has no functional form: the shape of the root in place, a view of another dtype,
** a root whose elements do not lie in order, numbers drawn into a tensor.
*/
#include "passes.h"
#include "rebuild.h"

typedef struct {
  int root;    /* of its family */
  int handle;  /* the value that stands for all names of one tensor: x and what x:add_() gives */
  int maker;   /* of a handle: the node that makes it; -1: none */
  int version; /* of the family when 'now' was made */
  bool kept, written, no_grad; /* of roots: stays in place; was changed; the last change was without gradients */
} Member;

typedef struct {
  Rebuild r;
  const Graph *g;
  const TraceLayout *layouts;
  Member *m; /* [n_values] */
} Functional;

/* ---- families ---------------------------------------------------------------------------------------- */

/* The functional form of these is another op. */
static bool is_filled(OpId op) { return op == OP_FILL || op == OP_ZERO || op == OP_COPY; }

static bool has_functional_form(const Functional *f, const GraphNode *n, int handle, int root) {
  const GraphValue *v = &f->g->values[handle], *whole = &f->g->values[root];
  if (n->info->kind == KIND_VIEW || n->info->random) return false;
  if (n->info->in_place_only && !is_filled(n->info->id)) return false;
  return handle == root || (v->dtype == whole->dtype && f->layouts[root].dense);
}

static void find_families(Functional *f) {
  const Graph *g = f->g;
  for (int i = 0; i < g->n_values; i++) f->m[i] = (Member){.root = i, .handle = i, .maker = g->values[i].node};
  for (int i = 0; i < g->n_nodes; i++) {
    const GraphNode *n = &g->nodes[i];
    for (int k = 0; k < n->n_outputs; k++) {
      const int v = n->outputs[k], base = v >= 0 ? g->values[v].base : -1;
      if (base < 0) continue;
      f->m[v].root = f->m[base].root;
      if (n->in_place) f->m[v].handle = f->m[base].handle;
    }
    if (!n->in_place) continue;
    const int handle = f->m[n->inputs[0]].handle, root = f->m[handle].root;
    if (!has_functional_form(f, n, handle, root)) f->m[root].kept = true;
  }
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static Status emit(Functional *f, const GraphNode *n);

/* The value that shows what 'v' shows at this point. Views are made again; chains of views are short. */
static Status read_value(Functional *f, int v, int *out) {
  const int handle = f->m[v].handle, root = f->m[handle].root;
  Member *m = &f->m[handle];
  if (handle != root && !f->m[root].kept && m->version != f->m[root].version) TRY(emit(f, &f->g->nodes[m->maker]));
  *out = f->r.now[handle];
  return OK;
}

/* Appends the node with its inputs as they are now. */
static Status emit(Functional *f, const GraphNode *n) {
  const size_t room = sizeof(int) * (size_t)(n->n_inputs + 1);
  int *inputs = memory_alloc(room);
  if (inputs == NULL) return ERROR_MEMORY;
  Status status = OK;
  for (int k = 0; k < n->n_inputs && status == OK; k++) {
    inputs[k] = -1;
    if (n->inputs[k] >= 0) status = read_value(f, n->inputs[k], &inputs[k]);
  }
  if (status == OK) status = rebuild_node(&f->r, n, inputs);
  for (int k = 0; k < n->n_outputs && status == OK; k++) {
    const int v = n->outputs[k];
    if (v < 0) continue;
    f->m[v].version = f->m[f->m[v].root].version;
    if (f->m[v].handle != v) f->r.now[f->m[v].handle] = f->r.now[v]; /* in place, kept */
  }
  memory_free(inputs, room);
  return status;
}

/* ---- changes ------------------------------------------------------------------------------------------- */

/* Appends a node with one result, which is like value 'v'. */
static Status append(Functional *f, const GraphNode *like, OpId op, int n_inputs, int *inputs, void *attrs, int v,
                     int *out) {
  GraphNode n = {.info = op_info(op), .no_grad = like->no_grad, .n_inputs = n_inputs, .n_outputs = 1, .inputs = inputs,
                 .outputs = out, .attrs = attrs, .place = like->place, .scope = like->scope};
  TRY(rebuild_result(&f->r, v, -1, out));
  return graph_add_node(f->r.to, &n);
}

static bool needs_cast(const Functional *f, const GraphNode *n, DType dtype) {
  if (n->info->kind == KIND_ELEMENTWISE && n->info->result == RESULT_BOOL) return dtype != DTYPE_BOOL;
  for (int k = 0; k < n->n_inputs; k++) {
    const GraphValue *v = n->inputs[k] >= 0 ? &f->g->values[n->inputs[k]] : NULL;
    if (v != NULL && v->kind != VALUE_NUMBER && v->dtype != dtype) return true;
  }
  return false;
}

/* What copy_, fill_ and zero_ leave in the target. 'in' are the inputs as they are now. */
static Status filled(Functional *f, const GraphNode *n, int handle, int *in, int *out) {
  const GraphValue *to = &f->g->values[handle];
  if (n->info->id == OP_ZERO) {
    ZerosLikeAttrs attrs = {.dtype = DTYPE_NONE, .options = {.device = {DEVICE_NONE, 0}}};
    return append(f, n, OP_ZEROS_LIKE, 1, in, &attrs, handle, out);
  }
  if (n->info->id == OP_FILL) {
    FullLikeAttrs attrs = {.dtype = DTYPE_NONE, .options = {.device = {DEVICE_NONE, 0}}};
    attrs.fill_value = ((const FillAttrs *)n->attrs)->value;
    return append(f, n, OP_FULL_LIKE, 1, in, &attrs, handle, out);
  }
  int source = in[1], made;
  const GraphValue *from = &f->r.to->values[source];
  const bool number = from->kind == VALUE_NUMBER, same_dtype = from->dtype == to->dtype && !number;
  const bool same_shape = from->ndim == to->ndim && memcmp(from->shape, to->shape, sizeof *to->shape * to->ndim) == 0;
  if (!same_dtype) {
    CastAttrs attrs = {.dtype = (DType)to->dtype};
    TRY(append(f, n, OP_CAST, 1, &source, &attrs, handle, &made));
    f->r.to->values[made].ndim = f->r.to->values[source].ndim;
    memcpy(f->r.to->values[made].shape, f->r.to->values[source].shape, sizeof to->shape);
    source = made;
  }
  if (!same_shape) {
    ExpandAttrs attrs = {.size = ints_of(to->ndim, to->shape)};
    TRY(append(f, n, OP_EXPAND, 1, &source, &attrs, handle, &made));
    f->r.to->values[made].base = source;
    source = made;
  }
  return append(f, n, OP_CLONE, 1, &source, NULL, handle, out);
}

/* The new value of the tensor that a node in place changes. */
static Status changed_value(Functional *f, const GraphNode *n, int handle, int *in, int *out) {
  const DType dtype = (DType)f->g->values[handle].dtype;
  if (is_filled(n->info->id)) return filled(f, n, handle, in, out);
  GraphNode copy = *n;
  int made;
  copy.in_place = false;
  copy.inputs = in;
  copy.outputs = &made;
  TRY(rebuild_result(&f->r, handle, -1, &made));
  TRY(graph_add_node(f->r.to, &copy));
  *out = made;
  if (!needs_cast(f, n, dtype)) return OK;
  if (n->info->kind == KIND_ELEMENTWISE && n->info->result == RESULT_BOOL)
    f->r.to->values[made].dtype = DTYPE_BOOL;
  CastAttrs attrs = {.dtype = dtype};
  return append(f, n, OP_CAST, 1, &made, &attrs, handle, out);
}

/* The root gets the new value of one of its family. */
static Status write_value(Functional *f, const GraphNode *n, int handle, int value) {
  const int root = f->m[handle].root;
  Member *m = &f->m[root];
  m->written = true;
  m->no_grad = n->no_grad;
  m->version++;
  if (handle != root) {
    const GraphValue *v = &f->g->values[handle];
    const TraceLayout *l = &f->layouts[handle];
    AsStridedScatterAttrs attrs = {.size = ints_of(v->ndim, v->shape), .stride = ints_of(v->ndim, l->stride),
                                   .storage_offset = l->offset};
    int in[] = {f->r.now[root], value};
    return append(f, n, OP_AS_STRIDED_SCATTER, 2, in, &attrs, root, &f->r.now[root]);
  }
  f->r.now[root] = value;
  return OK;
}

static Status change(Functional *f, const GraphNode *n) {
  const int handle = f->m[n->inputs[0]].handle;
  if (f->m[f->m[handle].root].kept) return emit(f, n);
  const size_t room = sizeof(int) * (size_t)(n->n_inputs + 1);
  int *in = memory_alloc(room), value = -1;
  if (in == NULL) return ERROR_MEMORY;
  Status status = OK;
  for (int k = 0; k < n->n_inputs && status == OK; k++) {
    in[k] = -1;
    if (n->inputs[k] >= 0) status = read_value(f, n->inputs[k], &in[k]);
  }
  if (status == OK) status = changed_value(f, n, handle, in, &value);
  memory_free(in, room);
  return status == OK ? write_value(f, n, handle, value) : status;
}

/* ---- the end --------------------------------------------------------------------------------------------- */

/* What is seen from outside gets its last value, and is that value from then on. */
static Status copy_back(Functional *f, int root, int was) {
  Member *m = &f->m[root];
  if (!m->written || f->g->values[root].kind == VALUE_RESULT) return OK;
  int in[] = {was, f->r.now[root]}, out;
  GraphNode n = {.info = op_info(OP_COPY), .in_place = true, .no_grad = m->no_grad, .n_inputs = 2, .n_outputs = 1,
                 .inputs = in, .outputs = &out};
  TRY(rebuild_result(&f->r, root, was, &out));
  TRY(graph_add_node(f->r.to, &n));
  f->r.now[root] = out;
  m->version++;
  return OK;
}

static Status functional_run(Functional *f) {
  const Graph *g = f->g;
  const size_t room = sizeof(int) * (size_t)(g->n_values + 1);
  int *outside = memory_alloc(room);
  if (outside == NULL) return ERROR_MEMORY;
  memcpy(outside, f->r.now, sizeof(int) * (size_t)g->n_values);
  Status status = OK;
  for (int i = 0; i < g->n_nodes && status == OK; i++)
    status = g->nodes[i].in_place ? change(f, &g->nodes[i]) : emit(f, &g->nodes[i]);
  for (int i = 0; i < g->n_values && status == OK; i++)
    if (f->m[i].root == i) status = copy_back(f, i, outside[i]);
  for (int i = 0; i < g->n_outputs && status == OK; i++) {
    int value;
    status = read_value(f, g->outputs[i], &value);
    if (status == OK) f->r.now[g->outputs[i]] = value;
  }
  memory_free(outside, room);
  return status;
}

Status pass_functional(Graph *g, const TraceLayout *layouts, bool *changed) {
  Functional f = {.g = g, .layouts = layouts};
  const size_t room = sizeof *f.m * (size_t)(g->n_values + 1);
  bool any = false;
  for (int i = 0; i < g->n_nodes; i++) any = any || g->nodes[i].in_place;
  if (changed != NULL) *changed = any;
  if (!any) return OK;
  f.m = memory_alloc(room);
  if (f.m == NULL) return ERROR_MEMORY;
  find_families(&f);
  Status status = rebuild_start(&f.r, g);
  if (status == OK) status = functional_run(&f);
  if (status == OK) status = rebuild_finish(&f.r, g);
  rebuild_free(&f.r);
  memory_free(f.m, room);
  return status;
}
