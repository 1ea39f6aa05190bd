/* gradient_graph.c: see gradient_graph.h. */
#include "gradient_graph.h"

#include "group.h"
#include "passes/passes.h"
#include "same.h"

/* A table of what was asked before, one entry for each hash. */
#define ENTRIES 64
typedef struct {
  uint64_t hash;
  Graph *asked; /* owned; NULL: the entry is empty */
  int n_kept;
  bool *wants;  /* in the block of 'gradient.reads' */
  GradientGraph gradient;
} Entry;
static Entry gradient_entries[ENTRIES];

static size_t flags_bytes(const Graph *g) { return sizeof(bool) * (size_t)(2 * (g->n_inputs + g->n_outputs) + 1); }
static size_t places_bytes(const Graph *g) { return sizeof(int) * (size_t)(g->n_inputs + 1); }

static void entry_clear(Entry *e) {
  if (e->asked == NULL) return;
  memory_free(e->gradient.reads, flags_bytes(e->asked));
  memory_free(e->gradient.result, places_bytes(e->asked));
  graph_free(e->gradient.g);
  graph_free(e->asked);
  *e = (Entry){0};
}

static Status entry_start(Entry *e, const Graph *g, int n_kept, const bool *wants, uint64_t hash) {
  entry_clear(e);
  TRY(graph_copy(g, &e->asked));
  e->hash = hash;
  e->n_kept = n_kept;
  e->gradient.reads = memory_zalloc(flags_bytes(g));
  e->gradient.result = memory_alloc(places_bytes(g));
  if (e->gradient.reads == NULL || e->gradient.result == NULL) return ERROR_MEMORY;
  e->wants = e->gradient.reads + g->n_inputs + n_kept;
  memcpy(e->wants, wants, sizeof *wants * (size_t)(g->n_inputs + g->n_outputs));
  for (int i = 0; i < g->n_inputs; i++) e->gradient.result[i] = -1;
  return OK;
}

/* ---- recording ------------------------------------------------------------------------------------------- */

/* Tensors of one recording, all owned. */
typedef struct {
  const Graph *g;
  int n_kept;
  const bool *wants;
  Trace *trace;
  int n_wanted, n_roots;
  Tensor **in, **out, **roots, **grads, **wanted, **results;
  size_t bytes; /* of the block of these arrays */
} Recording;

static Status recording_start(Recording *r) {
  const Graph *g = r->g;
  const int n = g->n_inputs, m = g->n_outputs;
  r->bytes = sizeof(Tensor *) * (size_t)(3 * n + 3 * m + 1);
  r->in = memory_zalloc(r->bytes);
  if (r->in == NULL) return ERROR_MEMORY;
  r->wanted = r->in + n;
  r->results = r->wanted + n;
  r->out = r->results + n;
  r->roots = r->out + m;
  r->grads = r->roots + m;
  TRY(trace_new(&r->trace));
  for (int i = 0; i < n + m; i++) {
    const GraphValue *v = &g->values[i < n ? g->inputs[i] : g->outputs[i - n]];
    Tensor **to = i < n ? &r->in[i] : &r->grads[r->n_roots];
    if (i >= n && !r->wants[i]) continue;
    TRY(tensor_empty("fused", v->ndim, v->shape, (DType)v->dtype, (Device){DEVICE_META, 0}, to));
    if (i >= n) r->n_roots++;
    else if (r->wants[i]) {
      TRY(tensor_set_requires_grad(*to, true));
      r->wanted[r->n_wanted++] = *to;
    }
    TRY(trace_input(r->trace, *to, NULL));
  }
  return OK;
}

static void recording_free(Recording *r) {
  const Graph *g = r->g;
  if (r->in == NULL) return;
  for (int i = 0; i < g->n_inputs; i++) tensor_release(r->in[i]);
  for (int i = 0; i < r->n_wanted; i++) tensor_release(r->results[i]);
  for (int i = 0; i < g->n_outputs; i++) tensor_release(r->out[i]);
  for (int i = 0; i < r->n_roots; i++) tensor_release(r->grads[i]);
  memory_free(r->in, r->bytes);
  trace_free(r->trace);
}

static Status recording_run(Recording *r) {
  const Graph *g = r->g;
  TRY(graph_run(g, g->n_inputs, r->in, r->out));
  for (int i = 0, k = 0; i < g->n_outputs; i++)
    if (r->wants[g->n_inputs + i]) r->roots[k++] = r->out[i];
  return autograd_backward("backward", r->n_roots, r->roots, r->grads, false, false, r->n_wanted, r->wanted,
                           r->results);
}

/* Runs the graph and the backward pass while they are traced. */
static Status recording_trace(Recording *r) {
  TRY(trace_enter(r->trace));
  const bool was = grad_set_enabled(true);
  Status status = recording_run(r);
  grad_set_enabled(was);
  const Status left = trace_leave(r->trace);
  return status != OK ? status : left;
}

/* ---- the graph ------------------------------------------------------------------------------------------------- */

/* A number that a node kept as a tensor (autograd/tape.c). */
static bool is_kept_number(const GraphValue *v) {
  return v->kind == VALUE_CONSTANT && v->ndim == 0 && v->device.type == DEVICE_CPU;
}

/* Nothing is changed in place, so what shows the same elements is the same value. Gives false where the graph has
** more than ops on its inputs: something was made on the meta device. */
static bool gradient_settle(Graph *g) {
  for (int i = 0; i < g->n_values; i++) {
    const GraphValue *v = &g->values[i];
    if (v->kind == VALUE_PARAMETER || (v->kind == VALUE_CONSTANT && !is_kept_number(v))) return false;
    g->values[i].device = (Device){DEVICE_CPU, 0};
  }
  for (int i = 0; i < g->n_nodes; i++) {
    const GraphNode *n = &g->nodes[i];
    if (n->in_place || n->info->kind == KIND_CREATE) return false;
    if (n->info->id == OP_ALIAS) graph_replace(g, n->outputs[0], n->inputs[0]);
  }
  return true;
}

static bool gradient_reads(const Graph *g, int value) {
  for (int i = 0; i < g->n_nodes; i++)
    for (int j = 0; j < g->nodes[i].n_inputs; j++)
      if (g->nodes[i].inputs[j] == value) return true;
  for (int i = 0; i < g->n_outputs; i++)
    if (g->outputs[i] == value) return true;
  return false;
}

/* The first inputs are those of the graph that is asked about, the last ones what is kept. */
static void gradient_note_reads(const Graph *g, int n_inputs, int n_kept, bool *reads) {
  for (int k = 0; k < n_inputs; k++) reads[k] = gradient_reads(g, g->inputs[k]);
  for (int k = 0; k < n_kept; k++) reads[n_inputs + k] = gradient_reads(g, g->inputs[g->n_inputs - n_kept + k]);
}

/* What is kept stands behind the gradients among the outputs; each becomes an input in the place of the value. */
static Status gradient_take_kept(Graph *g, int n_kept) {
  const int first = g->n_outputs -= n_kept;
  for (int k = 0; k < n_kept; k++) {
    const int value = g->outputs[first + k];
    const Tensor like = group_header(&g->values[value]);
    int given;
    TRY(graph_add_input(g, &like, NULL, &given));
    graph_replace(g, value, given);
  }
  return OK;
}

static Status gradient_finish(Recording *r, GradientGraph *gradient) {
  const TraceLayout *layouts;
  int count = 0;
  for (int i = 0, k = 0; i < r->g->n_inputs; i++) {
    if (!r->wants[i] || r->results[k++] == NULL) continue;
    TRY(trace_output(r->trace, r->results[k - 1]));
    gradient->result[i] = count++;
  }
  for (int i = r->g->n_outputs - r->n_kept; i < r->g->n_outputs; i++) TRY(trace_output(r->trace, r->out[i]));
  Graph *g = NULL;
  TRY(trace_take(r->trace, &g, &layouts));
  if (!gradient_settle(g)) {
    graph_free(g);
    return OK;
  }
  gradient->g = g;
  TRY(gradient_take_kept(g, r->n_kept));
  TRY(pass_dead_code(g, NULL));
  TRY(pass_common(g, NULL));
  TRY(pass_fuse(g, NULL));
  gradient_note_reads(g, r->g->n_inputs, r->n_kept, gradient->reads);
  return OK;
}

static Status gradient_make(const Graph *g, int n_kept, const bool *wants, GradientGraph *gradient) {
  Recording r = {.g = g, .n_kept = n_kept, .wants = wants};
  Status status = recording_start(&r);
  if (status == OK) {
    const Status recorded = recording_trace(&r);
    /* What fails on tensors without elements is left to those who have some. */
    if (recorded == OK) status = gradient_finish(&r, gradient);
    else if (recorded != ERROR_ARGUMENT) status = recorded;
  }
  recording_free(&r);
  return status;
}

Status gradient_graph(const Graph *g, int n_kept, const bool *wants, const GradientGraph **out) {
  const size_t n = sizeof *wants * (size_t)(g->n_inputs + g->n_outputs);
  const uint64_t hash = hash_bytes(wants, n, graph_hash(g) + (uint64_t)n_kept);
  Entry *e = &gradient_entries[hash % ENTRIES];
  *out = &e->gradient;
  const bool same = e->asked != NULL && e->hash == hash && e->n_kept == n_kept;
  if (same && memcmp(e->wants, wants, n) == 0 && graph_same(e->asked, g)) return OK;
  Status status = entry_start(e, g, n_kept, wants, hash);
  if (status == OK) status = gradient_make(g, n_kept, wants, &e->gradient);
  if (status != OK) entry_clear(e);
  return status;
}

void gradient_graph_forget(void) {
  for (int i = 0; i < ENTRIES; i++) entry_clear(&gradient_entries[i]);
}
