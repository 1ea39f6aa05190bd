/* options.c: see options.h. */
#include "options.h"

#include "call.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OPTIONS 24

static int options_count(const Option *options) {
  int n = 0;
  while (options[n].name != NULL) n++;
  return n;
}

const Option *option_find(const Option *options, const char *name) {
  for (; options != NULL && options->name != NULL; options++)
    if (strcmp(options->name, name) == 0) return options;
  return NULL;
}

bool options_table(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TTABLE) return false;
  if (lua_getmetatable(L, index)) {
    lua_pop(L, 1);
    return false;
  }
  return table_is_empty(L, index) || table_has_names(L, index);
}

int options_unknown(lua_State *L, const char *function, const char *name,
                    const Option *options) {
  const char *names[MAX_OPTIONS + 1] = {0};
  luaL_Buffer b;
  if (options[0].name == NULL) return error_raise(L, "%s: unknown option '%s': it has none", function, name);
  luaL_buffinit(L, &b);
  for (int i = 0; options[i].name != NULL && i < MAX_OPTIONS; i++) {
    names[i] = options[i].name;
    if (i > 0) luaL_addstring(&b, ", ");
    luaL_addstring(&b, options[i].name);
  }
  luaL_pushresult(&b);
  const char *known = lua_tostring(L, -1);
  const char *nearest = error_nearest(name, names);
  if (nearest != NULL)
    return error_raise(L, "%s: unknown option '%s', did you mean '%s'? (known: %s)", function,
                       name, nearest, known);
  return error_raise(L, "%s: unknown option '%s' (known: %s)", function, name, known);
}

/* ---- one value ------------------------------------------------------------------ */

static int option_wrong(lua_State *L, const char *function, const Option *o, int position,
                 const char *expected, int index) {
  return error_argument(L, function, o->name, position, expected, index);
}

/* Which of 'words' (may be NULL) stands at 'index'; -1: none. */
static int get_word(lua_State *L, int index, const char *const *words) {
  const char *text = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : "";
  for (int i = 0; words != NULL && words[i] != NULL; i++)
    if (strcmp(words[i], text) == 0) return i;
  return -1;
}

static bool get_pair(lua_State *L, int index, const char *const *words, int64_t *pair) {
  int word = get_word(L, index, words);
  if (word >= 0) {
    pair[0] = pair[1] = OPTION_WORD + word;
    return true;
  }
  if (integer_test(L, index, pair)) {
    pair[1] = pair[0];
    return true;
  }
  if (!lua_istable(L, index) || lua_rawlen(L, index) != 2 || !table_is_list(L, index, 2)) return false;
  for (int i = 0; i < 2; i++) {
    lua_rawgeti(L, index, i + 1);
    bool ok = integer_test(L, -1, &pair[i]);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}

static bool get_ints(lua_State *L, int index, Ints *out) {
  if (integer_test(L, index, &out->v[0])) {
    out->n = 1;
    return true;
  }
  if (!lua_istable(L, index) || lua_rawlen(L, index) > TENSOR_MAX_DIMS) return false;
  out->n = (int)lua_rawlen(L, index);
  if (!table_is_list(L, index, out->n)) return false;
  for (int i = 0; i < out->n; i++) {
    lua_rawgeti(L, index, i + 1);
    bool ok = integer_test(L, -1, &out->v[i]);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}

static bool get_reals(lua_State *L, int index, double *pair) {
  if (!lua_istable(L, index) || lua_rawlen(L, index) != 2 || !table_is_list(L, index, 2)) return false;
  for (int i = 0; i < 2; i++) {
    bool ok = lua_rawgeti(L, index, i + 1) == LUA_TNUMBER;
    pair[i] = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}

static void set_choice(lua_State *L, const char *function, const Option *o, int position,
                       int index, int *out) {
  int word = get_word(L, index, option_choices(o));
  if (word >= 0) {
    *out = word;
    return;
  }
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (int i = 0; option_choices(o)[i] != NULL; i++) {
    if (i > 0) luaL_addstring(&b, option_choices(o)[i + 1] != NULL ? ", " : " or ");
    luaL_addchar(&b, '\'');
    luaL_addstring(&b, option_choices(o)[i]);
    luaL_addchar(&b, '\'');
  }
  luaL_pushresult(&b);
  option_wrong(L, function, o, position, lua_tostring(L, -1), index);
}

static void set_position(lua_State *L, const char *function, const Option *o, int position,
                         int index, int64_t *out) {
  if (!integer_test(L, index, out)) option_wrong(L, function, o, position, "a position", index);
  if (*out == 0)
    option_wrong(L, function, o, position, "a position (0 is none; positions count from 1)", index);
  if (*out > 0) --*out;
}

void option_set(lua_State *L, const char *function, const Option *o, int position,
                int index, void *values) {
  bool kept = o->type != OPTION_TENSOR && o->type != OPTION_VALUE;
  void *at = kept ? (char *)values + o->offset : NULL; /* values may be NULL when none is */
  bool none = lua_type(L, index) == LUA_TBOOLEAN && !lua_toboolean(L, index);
  index = lua_absindex(L, index);
  switch (o->type) {
    case OPTION_INT:
      if (!integer_test(L, index, at)) option_wrong(L, function, o, position, "an integer", index);
      break;
    case OPTION_FLOAT:
    case OPTION_FLOAT_OR_NIL:
      if (none && o->type == OPTION_FLOAT_OR_NIL) *(double *)at = NAN;
      else if (lua_type(L, index) == LUA_TNUMBER) *(double *)at = lua_tonumber(L, index);
      else option_wrong(L, function, o, position, "a number", index);
      break;
    case OPTION_REALS:
      if (!get_reals(L, index, at))
        option_wrong(L, function, o, position, "an array of two numbers", index);
      break;
    case OPTION_BOOL:
      if (!lua_isboolean(L, index)) option_wrong(L, function, o, position, "a boolean", index);
      *(bool *)at = lua_toboolean(L, index);
      break;
    case OPTION_BOOL_OR_NIL:
      if (!lua_isnoneornil(L, index) && !lua_isboolean(L, index))
        option_wrong(L, function, o, position, "a boolean", index);
      *(int8_t *)at = lua_isboolean(L, index) ? (int8_t)lua_toboolean(L, index) : -1;
      break;
    case OPTION_PAIR:
      if (!get_pair(L, index, option_choices(o), at))
        option_wrong(L, function, o, position, "an integer or an array of two", index);
      break;
    case OPTION_INTS:
      if (!get_ints(L, index, at))
        option_wrong(L, function, o, position, "an integer or an array of integers", index);
      break;
    case OPTION_DIM: set_position(L, function, o, position, index, at); break;
    case OPTION_CHOICE: set_choice(L, function, o, position, index, at); break;
    case OPTION_DTYPE: *(DType *)at = dtype_check(L, index, function, o->name); break;
    case OPTION_TENSOR:
      if (!none && tensor_test(L, index) == NULL)
        option_wrong(L, function, o, position, "a tensor", index);
      break;
    case OPTION_VALUE:
      if (!none && strcmp(o->name, "device") == 0) options_device = device_check(L, index, function);
      break;
  }
}

/* What an option is when it is not given. */
static void set_initial(const Option *o, void *values) {
  if (o->type == OPTION_TENSOR || o->type == OPTION_VALUE) return;
  void *at = (char *)values + o->offset;
  int64_t integer = isnan(o->initial) ? OPTION_NONE : (int64_t)o->initial;
  switch (o->type) {
    case OPTION_INT:
    case OPTION_DIM: *(int64_t *)at = integer; break;
    case OPTION_FLOAT:
    case OPTION_FLOAT_OR_NIL: *(double *)at = o->initial; break;
    case OPTION_REALS:
      ((double *)at)[0] = o->initial;
      ((double *)at)[1] = *(const double *)o->more;
      break;
    case OPTION_BOOL: *(bool *)at = o->initial != 0; break;
    case OPTION_BOOL_OR_NIL: *(int8_t *)at = isnan(o->initial) ? -1 : o->initial != 0; break;
    case OPTION_PAIR: ((int64_t *)at)[0] = ((int64_t *)at)[1] = integer; break;
    case OPTION_INTS: *(Ints *)at = integer == OPTION_NONE ? ints_none() : ints_of(1, &integer); break;
    case OPTION_CHOICE: *(int *)at = (int)o->initial; break;
    case OPTION_DTYPE: *(DType *)at = DTYPE_NONE; break;
    case OPTION_TENSOR:
    case OPTION_VALUE: break;
  }
}

/* Pushes an array of n integers; nil where there are none (n < 0). */
static void push_integers(lua_State *L, const int64_t *integers, int n) {
  if (n < 0) lua_pushnil(L);
  else lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    lua_pushinteger(L, integers[i]);
    lua_rawseti(L, -2, i + 1);
  }
}

static void push_pair(lua_State *L, const Option *o, const int64_t *pair) {
  bool word = pair[0] != OPTION_NONE && pair[0] < OPTION_WORD_END;
  if (word) lua_pushstring(L, option_choices(o)[pair[0] - OPTION_WORD]);
  else push_integers(L, pair, pair[0] == OPTION_NONE ? -1 : 2);
}

static void push_reals(lua_State *L, const double *pair) {
  lua_createtable(L, 2, 0);
  for (int i = 0; i < 2; i++) {
    lua_pushnumber(L, pair[i]);
    lua_rawseti(L, -2, i + 1);
  }
}

bool option_push(lua_State *L, const Option *o, const void *values) {
  const void *at = (const char *)values + o->offset;
  const int64_t *integers = at;
  const Ints *ints = at;
  switch (o->type) {
    case OPTION_INT:
      if (*integers == OPTION_NONE) lua_pushnil(L);
      else lua_pushinteger(L, *integers);
      return true;
    case OPTION_DIM:
      if (*integers == OPTION_NONE) lua_pushnil(L);
      else lua_pushinteger(L, *integers + (*integers >= 0));
      return true;
    case OPTION_FLOAT: /* the NaN that Lua computes has a sign, which would be printed */
      lua_pushnumber(L, isnan(*(const double *)at) ? (lua_Number)NAN : *(const double *)at);
      return true;
    case OPTION_FLOAT_OR_NIL:
      if (isnan(*(const double *)at)) lua_pushnil(L);
      else lua_pushnumber(L, *(const double *)at);
      return true;
    case OPTION_BOOL: lua_pushboolean(L, *(const bool *)at); return true;
    case OPTION_BOOL_OR_NIL:
      if (*(const int8_t *)at < 0) lua_pushnil(L);
      else lua_pushboolean(L, *(const int8_t *)at);
      return true;
    case OPTION_INTS: push_integers(L, ints->v, ints->n); return true;
    case OPTION_PAIR: push_pair(L, o, integers); return true;
    case OPTION_REALS: push_reals(L, at); return true;
    case OPTION_CHOICE: lua_pushstring(L, option_choices(o)[*(const int *)at]); return true;
    default: return false;
  }
}

/* ---- all of them, described ------------------------------------------------------- */

static void push_default(lua_State *L, const Option *o) {
  union { double reals[2]; int64_t pair[2]; Ints ints; } value;
  Option here = *o;
  here.offset = 0;
  set_initial(&here, &value);
  if (o->required || !option_push(L, &here, &value)) lua_pushnil(L);
}

static void push_option(lua_State *L, const Option *o) {
  static const char *const types[] = {"int",  "float",  "float", "reals", "bool",   "bool", "pair",
                                      "ints", "dim",    "choice", "dtype", "Tensor", "any"};
  lua_createtable(L, 0, 5);
  lua_pushstring(L, o->name);
  lua_setfield(L, -2, "name");
  lua_pushstring(L, types[o->type]);
  lua_setfield(L, -2, "type");
  lua_pushboolean(L, o->required);
  lua_setfield(L, -2, "required");
  push_default(L, o);
  lua_setfield(L, -2, "default");
  if (o->type != OPTION_CHOICE) return;
  lua_newtable(L);
  for (int i = 0; option_choices(o)[i] != NULL; i++) {
    lua_pushstring(L, option_choices(o)[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "choices");
}

void options_push(lua_State *L, const Option *options, const char *first) {
  if (options == NULL) {
    lua_pushnil(L);
    return;
  }
  const Option before = {.name = first, .type = OPTION_VALUE, .required = true};
  lua_newtable(L);
  lua_Integer n = 0;
  if (first != NULL) {
    push_option(L, &before);
    lua_rawseti(L, -2, ++n);
  }
  for (; options->name != NULL; options++) {
    push_option(L, options);
    lua_rawseti(L, -2, ++n);
  }
}

/* ---- a call ----------------------------------------------------------------------- */

Device options_device;

void options_read(lua_State *L, int first, const char *function, const Option *options,
                  void *values) {
  options_device = device_default();
  int n = options_count(options), top = lua_gettop(L), named = 0;
  if (top >= first && options_table(L, top)) named = top;
  int given = (named != 0 ? named : top + 1) - first;
  if (given > n)
    error_raise(L, "%s: at most %d arguments are expected, got %d", function, n, given);
  luaL_checkstack(L, n + 8, function);
  if (named == 0) lua_newtable(L);
  for (int i = first + given; i < first + n; i++) {
    lua_pushnil(L);
    lua_insert(L, i);
  }
  named = first + n; /* now the table stands behind one slot per option */
  lua_pushnil(L);
  while (lua_next(L, named)) {
    const Option *o = option_find(options, luaL_tolstring(L, -2, NULL));
    if (o == NULL) options_unknown(L, function, lua_tostring(L, -1), options);
    lua_pop(L, 1);
    int i = (int)(o - options);
    if (i < given && !lua_isnil(L, first + i))
      error_raise(L, "%s: '%s' is given twice, as argument %d and by name", function, o->name,
                  i + 1);
    lua_replace(L, first + i);
  }
  lua_pop(L, 1);
  for (int i = 0; i < n; i++) {
    if (!lua_isnil(L, first + i))
      option_set(L, function, &options[i], i < given ? i + 1 : 0, first + i, values);
    else if (options[i].required)
      option_wrong(L, function, &options[i], i + 1, "a value", first + i);
    else set_initial(&options[i], values);
  }
}

/* The fewest digits that give the number back; an exponent below 1e-4 and from 1e16 on. */
void options_add_number(luaL_Buffer *b, double value) {
  char text[40];
  int digits = 1;
  while (snprintf(text, sizeof text, "%.*e", digits - 1, value), digits < 17 && strtod(text, NULL) != value) digits++;
  const char *e = strchr(text, 'e');
  int exponent = e != NULL ? atoi(e + 1) : 0;
  if (e != NULL && exponent >= -4 && exponent < 16)
    snprintf(text, sizeof text, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 0, value);
  else snprintf(text, sizeof text, "%.*g", digits, value);
  luaL_addstring(b, text);
  if (strpbrk(text, ".en") == NULL) luaL_addstring(b, ".0");
}
