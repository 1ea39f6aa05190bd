/* concat.c: tensors of one element in texts: "loss " .. loss. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "graph/trace.h"

/* Pushes the number of the tensor of one element at 'index' as a text; one of 32 bits or less with the digits that it
** needs. */
static void push_number_text(lua_State *L, int index, const Tensor *t) {
  Scalar v;
  error_check(L, tensor_item("..", t, &v));
  if (v.kind == SCALAR_FLOAT && tensor_itemsize(t) <= sizeof(float)) {
    char text[32];
    const float f = (float)v.as.f;
    for (int digits = 6; digits <= 9; digits++) {
      snprintf(text, sizeof text, "%.*g", digits, (double)f);
      if (strtof(text, NULL) == f) break;
    }
    const bool whole = strspn(text, "-0123456789") == strlen(text); /* Lua writes such a float with ".0" */
    lua_pushfstring(L, "%s%s", f != f ? "nan" : text, whole ? ".0" : "");
    return;
  }
  lua_getfield(L, index, "item");
  lua_pushvalue(L, index);
  lua_call(L, 1, 1);
  luaL_tolstring(L, -1, NULL);
  lua_remove(L, -2);
}

int tensor_concat(lua_State *L) {
  lua_settop(L, 2);
  trace_warn("..: a number that was read from a tensor is a constant of the graph");
  for (int i = 1; i <= 2; i++) {
    const Tensor *t = tensor_test(L, i);
    char got[ERROR_TEXT];
    if (t == NULL && !lua_isstring(L, i))
      return error_raise(L, "..: cannot join %s; write tostring(x)", error_describe(L, i, got));
    if (t != NULL && t->numel != 1)
      return error_raise(L, "..: only a tensor of one element is a text, got %s; write tostring(x)",
                         error_describe(L, i, got));
    if (t != NULL) push_number_text(L, i, t);
    else lua_pushvalue(L, i);
  }
  lua_concat(L, 2);
  return 1;
}
