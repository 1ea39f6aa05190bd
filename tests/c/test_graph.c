/* test_graph.c: graphs made by hand: their text, which parses back, the verifier, the interpreter, failures of memory,
** damaged texts.
*/
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "graph/graph.h"
#include "values.h"

/* relu(x · w + 1), summed along the first dimension. */
static Status make_example(Graph *g, Tensor *w) {
  int x, weight, one, t[4];
  GraphValue result = {.kind = VALUE_RESULT, .dtype = DTYPE_FLOAT64, .ndim = 2, .shape = {2, 2}, .base = -1,
                       .node = -1};
  OWNED Tensor *input = make(DTYPE_FLOAT64, 2, 2, 2, (double[]){1, 2, 3, 4});
  TRY(graph_add_input(g, input, "x", &x));
  TRY(graph_add_tensor(g, VALUE_PARAMETER, w, "fc.weight", &weight));
  TRY(graph_add_number(g, scalar_int(1), &one));
  for (int i = 0; i < 4; i++) {
    if (i == 3) result.ndim = 1;
    TRY(graph_add_value(g, &result, &t[i]));
  }
  TRY(graph_add_node(g, &(GraphNode){.info = op_info(OP_MM), .n_inputs = 2, .n_outputs = 1,
                                     .inputs = (int[]){x, weight}, .outputs = &t[0], .place = "a b.lua:3",
                                     .scope = "fc"}));
  AddAttrs add_attrs = {.alpha = scalar_float(2)};
  TRY(graph_add_node(g, &(GraphNode){.info = op_info(OP_ADD), .n_inputs = 2, .n_outputs = 1,
                                     .inputs = (int[]){t[0], one}, .outputs = &t[1], .attrs = &add_attrs}));
  g->values[t[2]].base = t[1];
  TRY(graph_add_node(g, &(GraphNode){.info = op_info(OP_RELU), .in_place = true, .n_inputs = 1, .n_outputs = 1,
                                     .inputs = &t[1], .outputs = &t[2], .no_grad = true}));
  SumAttrs sum_attrs = {.dim = {1, {0}}, .dtype = DTYPE_NONE};
  TRY(graph_add_node(g, &(GraphNode){.info = op_info(OP_SUM), .n_inputs = 1, .n_outputs = 1, .inputs = &t[2],
                                     .outputs = &t[3], .attrs = &sum_attrs}));
  return graph_add_output(g, t[3]);
}

static const char example_text[] =
    "graph(%0: float64[2,2] \"x\") {\n"
    "  %1: float64[2,2] = parameter(\"fc.weight\")\n"
    "  %2: float64[2,2] = mm(%0, %1)  # a\\20b.lua:3 fc\n"
    "  %3: float64[2,2] = add(%2, 1, alpha=2.0)\n"
    "  %4: float64[2,2] = no_grad relu_(%3)\n"
    "  %5: float64[2] = sum(%4, dim=[1])\n"
    "  return %5\n"
    "}\n";

static void test_text_and_run(void) {
  Graph *g = NULL, *again = NULL, *copy = NULL;
  char *text = NULL, *second = NULL;
  OWNED Tensor *w = make(DTYPE_FLOAT64, 2, 2, 2, (double[]){1, -1, 1, -1});
  OWNED Tensor *x = make(DTYPE_FLOAT64, 2, 2, 2, (double[]){1, 2, 3, 4});
  Tensor *out = NULL;
  CHECK_OK(graph_new(&g));
  CHECK_OK(make_example(g, w));
  CHECK_OK(graph_verify(g));
  CHECK_OK(graph_text(g, &text));
  CHECK(strcmp(text, example_text) == 0);
  CHECK_OK(graph_parse(text, &again));
  CHECK_OK(graph_text(again, &second));
  CHECK(strcmp(text, second) == 0);
  CHECK_OK(graph_run(g, 1, &x, &out));
  CHECK(HOLDS(out, 14, 0)); /* rows give 3, -3 and 7, -7; 2 more, and negative ones cut */
  tensor_release(out);
  FAILS(graph_run(again, 1, &x, &out), ERROR_ARGUMENT, "graph: 'fc.weight' has no tensor: bind one first");
  for (int i = 0; i < again->n_values; i++)
    if (again->values[i].kind == VALUE_PARAMETER) CHECK_OK(graph_bind(again, i, w));
  CHECK_OK(graph_copy(again, &copy));
  CHECK_OK(graph_run(copy, 1, &x, &out));
  CHECK(HOLDS(out, 14, 0));
  tensor_release(out);
  graph_text_free(text);
  graph_text_free(second);
  graph_free(g);
  graph_free(again);
  graph_free(copy);
}

/* Gradients flow through a graph that is run, and a node that ran without them cuts them off. */
static void test_gradients(void) {
  Graph *g = NULL;
  OWNED Tensor *x = VECTOR(1, 2, 3);
  Tensor *out[2] = {0}, *grad = NULL;
  CHECK_OK(graph_parse("graph(%0: float64[3]) {\n  %1: float64[3] = mul(%0, %0)\n  %2: float64[3] = mul(%1, 2.0)\n"
                       "  %3: float64[3] = no_grad mul(%2, %0)\n  return %2, %3\n}\n",
                       &g));
  CHECK_OK(tensor_set_requires_grad(x, true));
  CHECK_OK(graph_run(g, 1, &x, out));
  CHECK(tensor_requires_grad(out[0]) && !tensor_requires_grad(out[1]));
  OWNED Tensor *ones = VECTOR(1, 1, 1);
  CHECK_OK(autograd_backward("test", 1, out, &ones, false, false, 1, &x, &grad));
  CHECK(HOLDS(grad, 4, 8, 12));
  tensor_release(grad);
  tensor_release(out[0]);
  tensor_release(out[1]);
  graph_free(g);
}

/* Lists, what is not given, every kind of attribute. */
static void test_forms(void) {
  static const char text[] =
      "graph(%0: float32[4,6], %1: bool[]) {\n"
      "  %2: int64[3] = constant(\"c\")\n"
      "  [%3: float32[2,6], %4: float32[2,6]] = split(%0, size=2)\n"
      "  %5: float32[4,6], _ = join([%3, %4], dim=1)\n"
      "  %6: float32[4,6], _ = sort(%5, dim=1, descending=true)\n"
      "  %7: float32[4,6] = clamp(%6, min=-inf, max=(1.5, -0.0))\n"
      "  %8: float32[24] of %7 = reshape(%7, shape=[24])\n"
      "  %9: float32[2] = full(size=[2], fill_value=nan, dtype=float32, device=\"cpu\")\n"
      "  %10: float32[4,6] = layer_norm(%7, none, none, normalized_shape=[6], eps=1e-06)\n"
      "  %11: float32[4,1] = narrow(%0, dim=2, start=3, length=1)\n"
      "  return %8, 1.0\n"
      "}\n";
  Graph *g = NULL;
  char *again = NULL;
  CHECK_OK(graph_parse(text, &g));
  if (g == NULL) return;
  CHECK_OK(graph_text(g, &again));
  CHECK(strcmp(text, again) == 0);
  if (strcmp(text, again) != 0) printf("%s", again);
  graph_text_free(again);
  graph_free(g);
}

static void fails_to_parse(const char *text, const char *message) {
  Graph *g = NULL;
  FAILS(graph_parse(text, &g), ERROR_ARGUMENT, message);
  CHECK(g == NULL);
}

static void test_wrong_texts(void) {
  fails_to_parse("", "graph: line 1: expected graph, got the end of the text");
  fails_to_parse("graph(%1: float32[])", "graph: line 1: expected %0, got %1");
  fails_to_parse("graph(%0: float33[]) {", "graph: line 1: expected a dtype such as float32, got float33");
  fails_to_parse("graph(%0: float32[]) {\n  %1: float32[] = nothing(%0)\n", "graph: line 2: no op 'nothing'");
  fails_to_parse("graph(%0: float32[]) {\n  %1: float32[] = exp(%1)\n  return %1\n}\n",
                 "graph: node 0 (exp): uses a value before it is made");
  fails_to_parse("graph(%0: float32[]) {\n  %1: float32[] = exp(%7)\n", "graph: line 2: %7 is used before it is made");
  fails_to_parse("graph(%0: float32[]) {\n  %1: float32[] = exp(%0, %0)\n  return %1\n}\n",
                 "graph: node 0 (exp): more inputs than the op has");
  fails_to_parse("graph(%0: float32[]) {\n  %1: float32[] = exp()\n  return %1\n}\n",
                 "graph: node 0 (exp): an input is missing");
  fails_to_parse("graph(%0: float32[]) {\n  %1: float32[] = sum(%0, dim=[0])\n",
                 "graph: line 2: expected a position, they count from 1, got 0");
  fails_to_parse("graph(%0: float32[]) {\n  %1: float32[] = sum(%0, size=[1])\n",
                 "graph: line 2: sum has no attribute 'size'");
  fails_to_parse("graph(%0: float32[]) {\n  %1: float32[] = rand(generator=given)\n",
                 "graph: line 2: a generator of its own cannot be read back");
}

/* What a damaged text gives is refused or runs; nothing is lost. Every op checks what it is called with. */
static void test_damaged_texts(void) {
  OWNED Tensor *w = make(DTYPE_FLOAT64, 2, 2, 2, (double[]){1, -1, 1, -1});
  OWNED Tensor *x = make(DTYPE_FLOAT64, 2, 2, 2, (double[]){1, 2, 3, 4});
  static const char letters[] = "0123456789%,:()[]{}=#\" \n_-.eaxnof";
  const int64_t before = bytes_used();
  uint64_t seed = 7;
  int parsed = 0;
  for (int round = 0; round < 20000; round++) {
    char text[sizeof example_text];
    memcpy(text, example_text, sizeof text);
    for (int k = 0; k < 1 + round % 3; k++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      text[(seed >> 33) % (sizeof text - 1)] = letters[(seed >> 20) % (sizeof letters - 1)];
    }
    Graph *g = NULL;
    if (graph_parse(text, &g) != OK) continue;
    parsed++;
    for (int i = 0; i < g->n_values; i++)
      if (g->values[i].kind == VALUE_PARAMETER) graph_bind(g, i, w);
    Tensor **out = calloc((size_t)g->n_outputs + 1, sizeof *out);
    if (graph_run(g, 1, &x, out) == OK)
      for (int i = 0; i < g->n_outputs; i++) tensor_release(out[i]);
    free(out);
    graph_free(g);
  }
  CHECK(parsed > 100);
  CHECK(bytes_used() == before);
}

/* Each allocation fails in turn; what was made is given back. */
static void test_failing_memory(void) {
  OWNED Tensor *w = make(DTYPE_FLOAT64, 2, 2, 2, (double[]){1, -1, 1, -1});
  OWNED Tensor *x = make(DTYPE_FLOAT64, 2, 2, 2, (double[]){1, 2, 3, 4});
  const int64_t before = bytes_used();
  for (int n = 1; n < 400; n++) {
    Graph *g = NULL, *copy = NULL;
    char *text = NULL;
    Tensor *out = NULL;
    memory_fail_at(n);
    Status status = graph_parse(example_text, &g);
    for (int i = 0; status == OK && i < g->n_values; i++)
      if (g->values[i].kind == VALUE_PARAMETER) status = graph_bind(g, i, w);
    if (status == OK) status = graph_text(g, &text);
    if (status == OK) status = graph_copy(g, &copy);
    if (status == OK) status = graph_compact(copy, NULL);
    if (status == OK) status = graph_run(copy, 1, &x, &out);
    memory_fail_at(0);
    tensor_release(out);
    graph_text_free(text);
    graph_free(g);
    graph_free(copy);
    if (bytes_used() != before) {
      CHECK(bytes_used() == before);
      return;
    }
    if (status == OK) {
      CHECK(n > 20);
      return;
    }
    if (status != ERROR_MEMORY) CHECK(status == ERROR_MEMORY);
  }
}

/* Nodes that are dropped go with what they alone made. */
static void test_compact(void) {
  Graph *g = NULL;
  char *text = NULL;
  CHECK_OK(graph_parse("graph(%0: float64[3]) {\n  %1: float64[3] = constant(\"c\")\n  %2: float64[3] = exp(%1)\n"
                       "  %3: float64[3] = mul(%0, 3.0)\n  return %3\n}\n",
                       &g));
  CHECK_OK(graph_compact(g, (bool[]){true, false}));
  CHECK_OK(graph_verify(g));
  CHECK_OK(graph_text(g, &text));
  CHECK(strcmp(text, "graph(%0: float64[3]) {\n  %1: float64[3] = mul(%0, 3.0)\n  return %1\n}\n") == 0);
  graph_text_free(text);
  graph_free(g);
}

int main(void) {
  const int64_t before = bytes_used();
  test_text_and_run();
  test_gradients();
  test_forms();
  test_wrong_texts();
  test_damaged_texts();
  test_failing_memory();
  test_compact();
  CHECK(bytes_used() == before);
  return check_result();
}
