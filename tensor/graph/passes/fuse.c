/* fuse.c: elementwise nodes of one shape that use each other's results become groups (graph/group.h), with a reduction
** over the last dimensions at the end where nothing else uses what is reduced.
**
** A group stands where its last node stood. So a node can join the groups that make its inputs if what uses
** these groups from outside stands behind it. What counts where it stands (effects.c) stays alone.
*/
#include "graph/group.h"
#include "passes.h"

typedef struct {
  const Graph *g;
  Effects effects;
  int *group; /* [n_nodes]: the first node of its group, -1: in none */
  int *size;  /* of the group that begins at a node */
  bool *full; /* it ends with a reduction */
} Fuse;

static void fuse_free(Fuse *f) {
  const size_t n = (size_t)f->g->n_nodes + 1;
  effects_free(&f->effects);
  memory_free(f->group, sizeof(int) * n);
  memory_free(f->size, sizeof(int) * n);
  memory_free(f->full, n);
}

static Status fuse_start(Fuse *f, const Graph *g) {
  const size_t n = (size_t)g->n_nodes + 1;
  *f = (Fuse){.g = g, .group = memory_alloc(sizeof(int) * n), .size = memory_zalloc(sizeof(int) * n),
              .full = memory_zalloc(n)};
  if (f->group == NULL || f->size == NULL || f->full == NULL) return ERROR_MEMORY;
  for (int i = 0; i < g->n_nodes; i++) f->group[i] = -1;
  return effects_find(g, &f->effects);
}

/* ---- which nodes can be steps -------------------------------------------------------------------------- */

/* Whether node i is a step, as far as what was recorded tells. */
static bool fuse_takes(const Fuse *f, int i) {
  const GraphNode *n = &f->g->nodes[i];
  Tensor header[ITER_MAX_OPERANDS], *in[ITER_MAX_OPERANDS];
  DType compute, result;
  if (n->n_inputs >= ITER_MAX_OPERANDS || n->n_outputs != 1 || n->outputs[0] < 0) return false;
  const GraphValue *out = &f->g->values[n->outputs[0]];
  const int64_t numel = shape_numel(out->ndim, out->shape);
  for (int k = 0; k < n->n_inputs; k++) {
    const GraphValue *v = n->inputs[k] >= 0 ? &f->g->values[n->inputs[k]] : NULL;
    if (v == NULL || v->device.type != DEVICE_CPU) return false;
    header[k] = group_header(v);
    in[k] = v->kind == VALUE_NUMBER ? v->tensor : &header[k];
    if (!fused_takes(n->info, in[k], numel)) return false;
  }
  return numel > 0 && !effects_of_node(f->g, &f->effects, i) && group_takes_step(n, in, &compute, &result);
}

/* The group that makes input k of node i, or -1. */
static int fuse_maker(const Fuse *f, int i, int k) {
  const int v = f->g->nodes[i].inputs[k], node = v >= 0 ? f->g->values[v].node : -1;
  return node >= 0 ? f->group[node] : -1;
}

static const GraphValue *fuse_result(const Fuse *f, int node) { return &f->g->values[f->g->nodes[node].outputs[0]]; }

/* Whether nothing outside of a group, between its first node and 'end', uses what the group makes; 'with' may. */
static bool fuse_is_free(const Fuse *f, int group, int end, int with) {
  for (int i = group + 1; i < end; i++) {
    if (f->group[i] == group || (with >= 0 && f->group[i] == with)) continue;
    for (int k = 0; k < f->g->nodes[i].n_inputs; k++)
      if (fuse_maker(f, i, k) == group) return false;
  }
  return true;
}

/* ---- making groups --------------------------------------------------------------------------------------- */

static bool fuse_joins(const Fuse *f, int group, int with, int i) {
  const GraphValue *a = fuse_result(f, group), *b = fuse_result(f, i);
  if (f->full[group] || f->size[group] + f->size[with] > GROUP_NODES) return false;
  if (f->g->nodes[group].no_grad != f->g->nodes[i].no_grad) return false;
  if (a->ndim != b->ndim || memcmp(a->shape, b->shape, sizeof *a->shape * a->ndim) != 0) return false;
  return fuse_is_free(f, group, i, with);
}

/* A group has the number of its first node. */
static int fuse_merge(Fuse *f, int a, int b, int end) {
  const int to = a < b ? a : b, from = a < b ? b : a;
  for (int i = from; i < end; i++)
    if (f->group[i] == from) f->group[i] = to;
  f->size[to] += f->size[from];
  return to;
}

static void fuse_add(Fuse *f, int i) {
  int own = f->group[i] = i;
  f->size[i] = 1;
  for (int k = 0; k < f->g->nodes[i].n_inputs; k++) {
    const int group = fuse_maker(f, i, k);
    if (group >= 0 && group != own && fuse_joins(f, group, own, i)) own = fuse_merge(f, group, own, i + 1);
  }
}

static bool fuse_is_returned(const Fuse *f, int group) {
  for (int i = 0; i < f->g->n_outputs; i++) {
    const int node = f->g->values[f->g->outputs[i]].node;
    if (node >= 0 && f->group[node] == group) return true;
  }
  return false;
}

/* A reduction joins the group that makes its input, if that is all that uses it. */
static void fuse_add_reduction(Fuse *f, int i) {
  const GraphNode *n = &f->g->nodes[i];
  const int group = n->n_inputs == 1 && n->n_outputs == 1 && n->outputs[0] >= 0 ? fuse_maker(f, i, 0) : -1;
  if (group < 0 || f->full[group] || f->size[group] == GROUP_NODES || n->in_place) return;
  if (f->g->nodes[group].no_grad != n->no_grad || effects_of_node(f->g, &f->effects, i)) return;
  const Tensor in = group_header(&f->g->values[n->inputs[0]]);
  if (!fused_takes_reduction(n->info, n->attrs, &in) || fuse_is_returned(f, group)) return;
  f->group[i] = group;
  f->size[group]++;
  f->full[group] = true;
  if (fuse_is_free(f, group, f->g->n_nodes, -1)) return;
  f->group[i] = -1;
  f->size[group]--;
  f->full[group] = false;
}

/* ---- the new order ------------------------------------------------------------------------------------------ */

/* Puts the nodes of a group where its last one stood: 'order' are the old places. */
static void fuse_order(const Fuse *f, int *order) {
  int at = 0;
  for (int i = 0; i < f->g->n_nodes; i++) {
    const int group = f->group[i];
    bool last = true;
    for (int k = i + 1; k < f->g->n_nodes && group >= 0 && last; k++) last = f->group[k] != group;
    if (group < 0) order[at++] = i;
    if (group < 0 || !last) continue;
    for (int k = group; k <= i; k++)
      if (f->group[k] == group) order[at++] = k;
  }
}

static Status fuse_rearrange(Fuse *f, Graph *g, bool *changed) {
  const size_t room = sizeof *g->nodes * (size_t)(g->n_nodes + 1), places = sizeof(int) * (size_t)(g->n_nodes + 1);
  GraphNode *nodes = memory_alloc(room);
  int *order = memory_alloc(places), count = 0, before = -1;
  const bool good = nodes != NULL && order != NULL;
  if (good) {
    fuse_order(f, order);
    for (int i = 0; i < g->n_nodes; i++) {
      const int group = f->group[order[i]];
      const bool joined = group >= 0 && f->size[group] > 1;
      nodes[i] = g->nodes[order[i]];
      if (joined && group != before) count++;
      before = joined ? group : -1;
      *changed = *changed || (joined && nodes[i].group == 0);
      nodes[i].group = joined ? count : 0;
      for (int k = 0; k < nodes[i].n_outputs; k++)
        if (nodes[i].outputs[k] >= 0) g->values[nodes[i].outputs[k]].node = i;
    }
    if (g->n_nodes > 0) memcpy(g->nodes, nodes, sizeof *nodes * (size_t)g->n_nodes);
  }
  memory_free(nodes, room);
  memory_free(order, places);
  return good ? OK : ERROR_MEMORY;
}

Status pass_fuse(Graph *g, bool *changed) {
  Fuse f;
  bool any = false;
  Status status = fuse_start(&f, g);
  for (int i = 0; i < g->n_nodes && status == OK; i++) {
    if (fuse_takes(&f, i)) fuse_add(&f, i);
    else fuse_add_reduction(&f, i);
  }
  if (status == OK) status = fuse_rearrange(&f, g, &any);
  fuse_free(&f);
  if (changed != NULL) *changed = any;
  return status != OK ? status : graph_compact(g, NULL);
}
