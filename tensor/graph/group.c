/* group.c: see group.h. */
#include "group.h"

#include "call/road.h"
#include "history.h"

typedef struct {
  const Graph *g;
  int first, end;
  Tensor **tensor;
  const int *last;
  FusedProgram program;
  int reg[GROUP_NODES];
  DType compute[GROUP_NODES];
  Tensor header[GROUP_NODES]; /* what the nodes give, without elements */
  Tensor *made[GROUP_NODES];  /* owned: of what is used behind the group, or kept */
  bool keeps[GROUP_NODES];    /* for the gradient */
} GroupRun;

static Storage group_storage = {.device = {DEVICE_CPU, 0}};

int group_end(const Graph *g, int first) {
  int end = first + 1;
  if (g->nodes[first].group == 0) return end;
  while (end < g->n_nodes && g->nodes[end].group == g->nodes[first].group) end++;
  return end;
}

Tensor group_header(const GraphValue *v) {
  Tensor t = {.refs = 1 << 30, .dtype = v->dtype, .ndim = v->ndim, .storage = &group_storage};
  memcpy(t.shape, v->shape, sizeof *t.shape * v->ndim);
  contiguous_strides(&t);
  return t;
}

bool group_takes_step(const GraphNode *n, Tensor *const *in, DType *compute, DType *result) {
  Call c = {.info = n->info, .op = n->info->id, .in = in, .n_in = n->n_inputs, .attrs = n->attrs};
  if (n->info->kind != KIND_ELEMENTWISE || n->in_place || n->list || n->n_outputs != 1) return false;
  if (n->n_inputs == 0 || n->n_inputs >= ITER_MAX_OPERANDS) return false;
  for (int i = 0; i < n->n_inputs; i++)
    if (in[i] == NULL) return false;
  if (call_find_device(&c) != OK || c.where != 0) return false;
  return call_elementwise_dtypes(&c, compute, result) == OK && fused_takes_op(n->info, *compute);
}

/* The node of the group that makes a value, or -1. */
static int group_maker(const GroupRun *r, int value) {
  const int node = value >= 0 ? r->g->values[value].node : -1;
  return node >= r->first && node < r->end ? node - r->first : -1;
}

static Tensor *group_input(GroupRun *r, int value) {
  const int made = group_maker(r, value);
  if (made >= 0) return &r->header[made];
  if (value < 0) return NULL;
  return r->tensor[value] != NULL ? r->tensor[value] : r->g->values[value].tensor;
}

/* Whether what the node gives is needed outside of the walk. */
static bool group_leaves(const GroupRun *r, int k) {
  const GraphNode *n = &r->g->nodes[r->first + k];
  return n->n_outputs == 1 && n->outputs[0] >= 0 && r->last[n->outputs[0]] >= r->end;
}

/* Whether the gradient of node k is wanted. *takes: false where it has none that can be computed later, or where there
** is too little to walk over. */
static bool group_wants_gradient(const GroupRun *r, int k, Tensor *const *in, bool *takes) {
  const GraphNode *n = &r->g->nodes[r->first + k];
  const int64_t pays = fused_least * FUSED_GRADIENT;
  bool wanted = false;
  for (int i = 0; i < n->n_inputs && grad_enabled() && !n->no_grad; i++)
    wanted = wanted || ((n->info->differentiable >> i & 1) && tensor_requires_grad(in[i]));
  *takes = !wanted || (history_attach != NULL && n->info->backward != NULL && r->header[k].numel >= pays);
  return wanted;
}

/* What node k gives; false: it is no step of this walk. */
static bool group_foresee(GroupRun *r, int k) {
  const GraphNode *n = &r->g->nodes[r->first + k];
  Tensor *in[ITER_MAX_OPERANDS], *h = &r->header[k];
  DType result;
  int ndim = 0;
  *h = (Tensor){.refs = 1 << 30, .storage = &group_storage};
  if (n->n_inputs >= ITER_MAX_OPERANDS) return false;
  for (int i = 0; i < n->n_inputs; i++) in[i] = group_input(r, n->inputs[i]);
  if (!group_takes_step(n, in, &r->compute[k], &result)) return false;
  if (broadcast_shape(n->info->lua_name, n->n_inputs, in, &ndim, h->shape) != OK) return false;
  h->dtype = (uint8_t)result;
  h->ndim = (uint8_t)ndim;
  contiguous_strides(h);
  if (h->numel < fused_least || (k > 0 && !tensor_same_shape(h, &r->header[0]))) return false;
  bool takes;
  h->requires_grad = group_wants_gradient(r, k, in, &takes) && dtype_has_gradient(result);
  for (int i = 0; i < n->n_inputs && takes; i++)
    takes = in[i]->storage == &group_storage || fused_takes(n->info, in[i], h->numel);
  return takes;
}

/* Whether the caller of the graph gets a tensor that the walk uses as well. Its gradient would not pass by that tensor
** on its way from what the walk made of it, so a hook that the caller puts there would not see all of it. */
static bool group_shows_part(const GroupRun *r, int n) {
  for (int k = 0; k < n; k++) {
    const GraphNode *node = &r->g->nodes[r->first + k];
    for (int i = 0; i < node->n_inputs; i++) {
      const int made = group_maker(r, node->inputs[i]);
      if (made >= 0 && r->header[made].requires_grad && r->last[node->inputs[i]] == r->g->n_nodes) return true;
    }
  }
  return false;
}

/* The last node as the reduction of what the others give: none of it may be needed elsewhere. */
static bool group_foresee_reduction(GroupRun *r, int k) {
  const GraphNode *n = &r->g->nodes[r->first + k];
  const int folded = n->n_inputs == 1 ? group_maker(r, n->inputs[0]) : -1;
  if (k == 0 || folded < 0 || folded >= k || n->in_place || n->list || n->n_outputs != 1) return false;
  for (int i = 0; i < k; i++)
    if (group_leaves(r, i)) return false;
  r->header[k].requires_grad = r->header[folded].requires_grad;
  return fused_takes_reduction(n->info, n->attrs, &r->header[folded]);
}

/* Node k is kept if it is costly, else what it is computed of. */
static void group_keep(GroupRun *r, int k) {
  const GraphNode *n = &r->g->nodes[r->first + k];
  r->keeps[k] = history_keeps(n->info, r->header[k].numel);
  for (int i = 0; i < n->n_inputs && !r->keeps[k]; i++) {
    const int made = group_maker(r, n->inputs[i]);
    if (made >= 0) group_keep(r, made);
  }
}

/* What the gradients of the n nodes read. */
static void group_keep_all(GroupRun *r, int n) {
  for (int k = 0; k < n; k++) {
    const GraphNode *node = &r->g->nodes[r->first + k];
    uint32_t wanted = 0;
    bool result;
    for (int i = 0; i < node->n_inputs && r->header[k].requires_grad; i++)
      if (tensor_requires_grad(group_input(r, node->inputs[i]))) wanted |= node->info->differentiable & 1u << i;
    const uint32_t reads = history_reads(node->info, node->n_inputs, wanted, &result);
    for (int i = 0; i < node->n_inputs; i++) {
      const int made = reads >> i & 1 ? group_maker(r, node->inputs[i]) : -1;
      if (made >= 0) group_keep(r, made);
    }
    if (result && node->info->kind == KIND_ELEMENTWISE) group_keep(r, k);
  }
}

/* The steps of the first n nodes. */
static Status group_steps(GroupRun *r, int n) {
  fused_start(&r->program, r->header[0].ndim, r->header[0].shape);
  for (int k = 0; k < n; k++) {
    const GraphNode *node = &r->g->nodes[r->first + k];
    const Tensor *h = &r->header[k];
    int in[ITER_MAX_OPERANDS];
    if (group_leaves(r, k) || r->keeps[k]) TRY(tensor_empty_cpu(h->ndim, h->shape, (DType)h->dtype, &r->made[k]));
    for (int i = 0; i < node->n_inputs; i++) {
      const int made = group_maker(r, node->inputs[i]);
      in[i] = made >= 0 ? r->reg[made] : fused_operand(&r->program, group_input(r, node->inputs[i]));
    }
    r->reg[k] = fused_step(&r->program, node->info, node->attrs, r->compute[k], (DType)h->dtype, node->n_inputs, in,
                           r->made[k]);
  }
  return OK;
}

static Status group_reduction(GroupRun *r, int k) {
  const GraphNode *n = &r->g->nodes[r->first + k];
  const int folded = group_maker(r, n->inputs[0]);
  Tensor *in[] = {&r->header[folded]};
  Call c = {.info = n->info, .op = n->info->id, .in = in, .n_in = 1, .attrs = n->attrs};
  TRY(call_find_device(&c));
  TRY(n->info->infer(&c));
  r->made[k] = c.out[0];
  fused_reduce(&r->program, n->info->id, r->reg[folded], c.out[0]);
  return OK;
}

/* ---- the history of what the walk made ------------------------------------------------------------------- */

/* Describes the n nodes by a graph of their own; *count: how many of its results want a gradient. */
static Status group_describe(GroupRun *r, int n, History *h, int *count, Tensor **outputs) {
  int value[GROUP_NODES];
  TRY(history_start(h));
  for (int k = 0; k < n; k++) {
    const GraphNode *node = &r->g->nodes[r->first + k];
    const Tensor *result = k == n - 1 && r->made[k] != NULL ? r->made[k] : &r->header[k];
    int in[ITER_MAX_OPERANDS];
    for (int i = 0; i < node->n_inputs; i++) {
      const int made = group_maker(r, node->inputs[i]);
      if (made >= 0) in[i] = value[made];
      else TRY(history_tensor(h, group_input(r, node->inputs[i]), &in[i]));
    }
    TRY(history_node(h, node->info, node->attrs, !r->header[k].requires_grad, node->n_inputs, in, result, &value[k]));
    if (!group_leaves(r, k) || !r->header[k].requires_grad) continue;
    TRY(graph_add_output(h->g, value[k]));
    outputs[(*count)++] = r->made[k];
  }
  for (int k = 0; k < n; k++) {
    OWNED Tensor *alias = NULL; /* it has no history itself */
    if (!r->keeps[k]) continue;
    TRY(tensor_view_of(r->made[k], &alias));
    TRY(history_save(h, value[k], alias));
  }
  return OK;
}

static Status group_attach(GroupRun *r, int n) {
  Tensor *outputs[GROUP_NODES];
  History h = {0};
  int count = 0;
  bool wanted = false;
  for (int k = 0; k < n; k++) wanted = wanted || (group_leaves(r, k) && r->header[k].requires_grad);
  return wanted ? history_finish(&h, group_describe(r, n, &h, &count, outputs), outputs) : OK;
}

static Status group_try(GroupRun *r, bool *done) {
  const int n = r->end - r->first;
  const bool reduces = r->g->nodes[r->end - 1].info->kind != KIND_ELEMENTWISE;
  for (int k = 0; k < n - reduces; k++)
    if (!group_foresee(r, k)) return OK;
  if (reduces && !group_foresee_reduction(r, n - 1)) return OK;
  if (group_shows_part(r, n)) return OK;
  group_keep_all(r, n);
  TRY(group_steps(r, n - reduces));
  if (reduces) TRY(group_reduction(r, n - 1));
  if (!fused_fits(&r->program)) return OK;
  TRY(fused_run(&r->program));
  *done = true;
  return group_attach(r, n);
}

Status group_run(const Graph *g, int first, int end, Tensor **tensor, const int *last, bool *done) {
  *done = false;
  if (end - first > GROUP_NODES) return OK;
  GroupRun *r = memory_alloc(sizeof *r);
  if (r == NULL) return ERROR_MEMORY;
  r->g = g;
  r->first = first;
  r->end = end;
  r->tensor = tensor;
  r->last = last;
  memset(r->made, 0, sizeof r->made);
  memset(r->keeps, 0, sizeof r->keeps);
  const Status status = group_try(r, done);
  for (int k = 0; k < end - first; k++) {
    if (status == OK && *done && r->made[k] != NULL) tensor[g->nodes[first + k].outputs[0]] = r->made[k];
    else tensor_release(r->made[k]);
  }
  memory_free(r, sizeof *r);
  return status;
}
