/* layer.h: what the C that scripts/gen/layers.lua makes of the rows in layers/ calls. */
#ifndef HECATE_LAYER_H
#define HECATE_LAYER_H

#include "torch/nn/module.h"

/* ---- construction: the module is at stack position 1 ------------------------------------ */

void layer_store_nil(lua_State *L, const char *name, SlotKind kind);
/* The buffer 'name' is the value at 'index'; `false` stands for none. */
void layer_store_given(lua_State *L, int index, const char *name);
/* Raises unless all 'n' sizes of an option are at least 'least'; a word in place of a pair passes. */
void layer_check_least(lua_State *L, const char *who, const char *name, const int64_t *sizes, int n, int64_t least);
/* 1 / √fan_in, where fan_in is how many elements of the weight make one output. */
double layer_fan_in_bound(const Tensor *weight);
/* Sets row 'row' (from 0; OPTION_NONE: none) to 0. */
Status layer_zero_row(Tensor *weight, int64_t row);

/* ---- forward ----------------------------------------------------------------------------- */

/* What the slot 'name' holds; 'place' is where it was made. False: the module has no such slot. */
bool layer_slot(const Module *m, int place, const char *name, Tensor **out);
/* Fails: the parameter is registered as nil. */
Status layer_missing(const Module *m, const char *name);
void layer_release(Tensor **tensors, int n);
/* t:add_(number) */
Status layer_add_number(Tensor *t, Scalar number);

#endif
