/* decomposition.c: the formulas of composites as Lua tables: see torch._C.formula in internals.c. */
#include "decomposition.h"

/* Tensor 'number' of a formula: an input by its name, else "t1", "t2", …; nil where none is given. */
static void push_tensor_name(lua_State *L, const OpInfo *info, int number) {
  if (number < 0) lua_pushnil(L);
  else if (number >= info->n_inputs) lua_pushfstring(L, "t%d", number - info->n_inputs + 1);
  else
    for (int i = 0; i < info->n_args; i++)
      if (info->args[i].input == number && info->args[i].type <= ARG_INTEGERS) {
        lua_pushstring(L, info->args[i].name);
        return;
      }
}

/* Sets field 'key' of the table on top of the stack to the list of their names, with the length n. */
static void set_tensor_names(lua_State *L, const OpInfo *info, const char *key, const int16_t *numbers, int n) {
  lua_createtable(L, n, 1);
  for (int i = 0; i < n; i++) {
    push_tensor_name(L, info, numbers[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_pushinteger(L, n), lua_setfield(L, -2, "n");
  lua_setfield(L, -2, key);
}

static void push_step(lua_State *L, const OpInfo *info, const FormulaStep *s) {
  lua_createtable(L, 0, 5);
  lua_pushstring(L, s->op == OP_COUNT ? "number" : op_info(s->op)->name), lua_setfield(L, -2, "op");
  lua_pushstring(L, s->attributes), lua_setfield(L, -2, "attributes");
  lua_pushboolean(L, s->in_place), lua_setfield(L, -2, "in_place");
  set_tensor_names(L, info, "inputs", s->inputs, s->n_inputs);
  set_tensor_names(L, info, "outputs", s->outputs, s->n_outputs);
}

void decomposition_push(lua_State *L, const OpInfo *info) {
  lua_createtable(L, info->n_formulas, 0);
  for (int k = 0; k < info->n_formulas; k++) {
    const Formula *f = &info->formulas[k];
    lua_createtable(L, 0, 3);
    lua_pushstring(L, f->when), lua_setfield(L, -2, "when");
    lua_createtable(L, f->n_steps, 0);
    for (int i = 0; i < f->n_steps; i++) {
      push_step(L, info, &f->steps[i]);
      lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "steps");
    set_tensor_names(L, info, "results", f->results, info->n_outputs);
    lua_rawseti(L, -2, k + 1);
  }
}
