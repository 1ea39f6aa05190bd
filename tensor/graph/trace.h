/* trace.h: a graph is recorded while a function runs. The road of calls tells of each call that no other call made
** (call/mode.h); inner calls of composites do not count. But where a composite leaves a gradient of its parts on the
** tape, a backward pass in the function may read what the parts made: then these are recorded beside the
** composite, and at the end one of both goes.
**
** How tensors are recognised. The trace holds every tensor that it meets, so an address stands for one tensor.
** A tensor that no op made but that shows the same elements of the same memory as one that is known (x:detach())
** is that value; one that shows others of them is an as_strided of it. A tensor of memory that is not known was there
** before: it becomes a constant of the graph, or a parameter where it requires a gradient or was named by
** trace_parameter.
*/
#ifndef HECATE_GRAPH_TRACE_H
#define HECATE_GRAPH_TRACE_H

#include "call/mode.h"
#include "graph.h"

typedef struct Trace Trace;

/* How a traced value lies in memory: what passes need. */
typedef struct {
  int64_t offset, stride[TENSOR_MAX_DIMS];
  bool dense; /* contiguous, from the start of its storage */
} TraceLayout;

Status trace_new(Trace **out);
void trace_free(Trace *t); /* NULL is allowed */
/* Before the function runs: what it is given, and tensors of the model with their names. */
Status trace_input(Trace *t, Tensor *x, const char *name);
Status trace_parameter(Trace *t, Tensor *x, const char *name);
/* Enters the mode of tracing: calls are recorded in 't' until trace_leave. One trace at a time. */
Status trace_enter(Trace *t);
/* The same inside of another trace, which sees nothing of it. */
Status trace_enter_within(Trace *t);
Status trace_leave(Trace *t); /* what could not be recorded is a failure here */
bool trace_is_on(void);
/* After it: what it returns. */
Status trace_output(Trace *t, Tensor *x);
/* The graph, which the caller owns now, and how its values lie (valid until trace_free). */
Status trace_take(Trace *t, Graph **out, const TraceLayout **layouts);

/* What is not recorded as the program may expect: a number that was read from a tensor becomes a constant, say. */
void trace_warn(const char *what); /* nothing while no trace runs */
int trace_warnings(const Trace *t);
const char *trace_warning(const Trace *t, int i); /* "train.lua:12: item: …"; each text once */

#endif
