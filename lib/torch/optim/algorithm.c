/* algorithm.c: see algorithm.h. */
#include "torch/optim/algorithm.h"

#include <string.h>

void algorithm_read(lua_State *L, const Algorithm *algorithm, int index, void *options) {
  const char *who = algorithm->base.class.name;
  memset(options, 0, algorithm->rule->options_size);
  for (const Option *o = algorithm->options; o->name != NULL; o++) {
    lua_getfield(L, index, o->name);
    option_set(L, who, o, 0, -1, options);
    lua_pop(L, 1);
  }
  algorithm->check(L, who, options);
}

void algorithm_demand_range(lua_State *L, const char *who, const char *option, int position, double value,
                            bool holds, const char *range) {
  if (holds) return;
  if (position == 0) error_raise(L, "%s: '%s': expected %s, got %f", who, option, range, shown(value));
  error_raise(L, "%s: '%s': expected %s, got %f at position %d", who, option, range, shown(value), position);
}
