/* graph_box.h: graphs as Lua values: what the files of torch.jit share. */
#ifndef HECATE_TORCH_JIT_GRAPH_BOX_H
#define HECATE_TORCH_JIT_GRAPH_BOX_H

#include "graph/graph.h"
#include "vm.h"

/* The graph at place 1 of the stack; an error that names the function where there is none. */
Graph *graph_check(lua_State *L, const char *function);

#endif
