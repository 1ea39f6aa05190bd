/* test_pass.c: the pass of docs/internals/graph.md; tests/torch/jit/pass_example_spec.lua compares it with this one. */
#include <stdio.h>

#include "check.h"
#include "graph/passes/passes.h"

/* neg(neg(x)) is x. */
static Status pass_double_neg(Graph *g, bool *changed) {
  Effects e;
  *changed = false;
  TRY(effects_find(g, &e));
  for (int i = 0; i < g->n_nodes; i++) {
    const GraphNode *outer = &g->nodes[i];
    if (outer->info->id != OP_NEG || effects_of_node(g, &e, i)) continue;
    const int made_by = g->values[outer->inputs[0]].node;
    if (made_by < 0 || g->nodes[made_by].info->id != OP_NEG || effects_of_node(g, &e, made_by)) continue;
    const GraphNode *inner = &g->nodes[made_by];
    if (outer->no_grad != inner->no_grad || outer->no_grad) continue; /* x would bring its gradient */
    if (effects_returned(g, outer->outputs[0])) continue;             /* who gets it may change it, and not x */
    graph_replace(g, outer->outputs[0], inner->inputs[0]);
    *changed = true;
  }
  effects_free(&e);
  return *changed ? pass_dead_code(g, NULL) : OK;
}

/* What the pass makes of a graph with this body. */
static void becomes(const char *body, const char *expected) {
  char text[1024], wanted[1024];
  Graph *g = NULL;
  char *made = NULL;
  bool changed = false;
  snprintf(text, sizeof text, "graph(%%0: float32[3] \"x\") {\n%s}\n", body);
  snprintf(wanted, sizeof wanted, "graph(%%0: float32[3] \"x\") {\n%s}\n", expected);
  CHECK_OK(graph_parse(text, &g));
  CHECK_OK(pass_double_neg(g, &changed));
  CHECK_OK(graph_verify(g));
  CHECK_OK(graph_text(g, &made));
  CHECK(changed == (strcmp(text, wanted) != 0));
  CHECK(strcmp(made, wanted) == 0);
  if (strcmp(made, wanted) != 0) printf("%s", made);
  graph_text_free(made);
  graph_free(g);
}

int main(void) {
  const int64_t before = bytes_used();
  becomes("  %1: float32[3] = neg(%0)\n  %2: float32[3] = neg(%1)\n  %3: float32[3] = exp(%2)\n  return %3\n",
          "  %1: float32[3] = exp(%0)\n  return %1\n");
  const char *const same[] = {
      "  %1: float32[3] = neg(%0)\n  %2: float32[3] = neg(%1)\n  return %2\n",
      "  %1: float32[3] = neg(%0)\n  %2: float32[3] = add_(%1, 1)\n  %3: float32[3] = neg(%2)\n"
      "  %4: float32[3] = exp(%3)\n  return %4\n",
      "  %1: float32[3] = no_grad neg(%0)\n  %2: float32[3] = neg(%1)\n  %3: float32[3] = exp(%2)\n  return %3\n"};
  for (int i = 0; i < 3; i++) becomes(same[i], same[i]);
  CHECK(bytes_used() == before);
  return check_result();
}
