/* error.c: the one place where a failure becomes a Lua error. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vm.h"

/* ---- raising ---------------------------------------------------------------- */

int error_raise(lua_State *L, const char *format, ...) {
  va_list arguments;
  luaL_checkstack(L, 4, "errors");
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  error_locate(L, false);
  return lua_error(L);
}

/* A failed allocation that no op has named is told with the name of the function that runs. */
static void name_memory(lua_State *L) {
  lua_Debug ar;
  if (lua_getstack(L, 0, &ar) && lua_getinfo(L, "n", &ar) && ar.name != NULL) fail_memory_of(ar.name, ERROR_MEMORY);
}

void error_check(lua_State *L, Status status) {
  if (status == OK) return;
  /* What was left half done may look wrong to the check that comes after it. */
  if (status != ERROR_CALLBACK && interrupt_requested()) status = ERROR_INTERRUPT;
  if (status == ERROR_INTERRUPT) {
    interrupt_clear(); /* raised now: cleanup code may use tensors again */
    lua_pushliteral(L, "interrupted");
    lua_error(L);
  }
  if (status == ERROR_CALLBACK && callback_error_push(L)) {
    callback_passes(L);
    lua_error(L);
  }
  if (status == ERROR_MEMORY) name_memory(L);
  error_raise(L, "%s", status_message());
}

/* "a closed torch.Generator" */
static void closed_text(lua_State *L, int index, char *buffer) {
  const bool named = luaL_getmetafield(L, index, "__name") == LUA_TSTRING;
  const char *name = named ? lua_tostring(L, -1) : "object";
  snprintf(buffer, ERROR_TEXT, "a closed %s", strcmp(name, tensor_class.name) == 0 ? "tensor" : name);
  if (named) lua_pop(L, 1);
}

const char *error_describe(lua_State *L, int index, char *buffer) {
  char text[SHAPE_TEXT];
  Tensor *t = tensor_test(L, index);
  int type = lua_type(L, index);
  if (t != NULL) snprintf(buffer, ERROR_TEXT, "a tensor %s", tensor_text(text, t));
  else if (type == LUA_TNONE || type == LUA_TNIL)
    snprintf(buffer, ERROR_TEXT, "%s", type == LUA_TNIL ? "nil" : "nothing");
  else if (type == LUA_TSTRING) {
    size_t length;
    const char *s = lua_tolstring(L, index, &length);
    snprintf(buffer, ERROR_TEXT, "the string \"%.60s%s\"", s, length > 60 ? "…" : "");
    for (char *c = buffer; *c != '\0'; c++) /* a message is one line */
      if ((unsigned char)*c < ' ' || *c == 127) *c = ' ';
  } else if (type == LUA_TNUMBER && lua_isinteger(L, index))
    snprintf(buffer, ERROR_TEXT, "the number %lld", (long long)lua_tointeger(L, index));
  else if (type == LUA_TNUMBER && lua_tonumber(L, index) != lua_tonumber(L, index))
    snprintf(buffer, ERROR_TEXT, "the number nan");
  else if (type == LUA_TNUMBER) { /* as Lua writes it, 2.0 with its point */
    lua_pushvalue(L, index);
    snprintf(buffer, ERROR_TEXT, "the number %s", lua_tostring(L, -1));
    lua_pop(L, 1);
  }
  else if (type == LUA_TBOOLEAN) snprintf(buffer, ERROR_TEXT, "%s", lua_toboolean(L, index) ? "true" : "false");
  else if (object_test(L, index, &tensor_class) != NULL) {
    const TensorBox *box = lua_touserdata(L, index);
    if (box->deferred != NULL) error_raise(L, "%s", status_message()); /* tensor_test has tried to compute it */
    snprintf(buffer, ERROR_TEXT, "a closed tensor");
  }
  else if (object_is_closed(L, index)) closed_text(L, index, buffer);
  else if (object_test(L, index, NULL) != NULL)
    snprintf(buffer, ERROR_TEXT, "%s", ((Object *)lua_touserdata(L, index))->class->name);
  else snprintf(buffer, ERROR_TEXT, "a %s", lua_typename(L, type));
  return buffer;
}

bool integer_test(lua_State *L, int index, int64_t *out) {
  int exact = 0;
  lua_Integer value = lua_type(L, index) == LUA_TNUMBER ? lua_tointegerx(L, index, &exact) : 0;
  if (exact) *out = value;
  return exact != 0;
}

bool bool_check(lua_State *L, int index, const char *function, const char *name) {
  if (!lua_isboolean(L, index)) error_argument(L, function, name, 0, "true or false", index);
  return lua_toboolean(L, index);
}

int error_argument(lua_State *L, const char *function, const char *name, int position,
                   const char *expected, int index) {
  char got[ERROR_TEXT];
  error_describe(L, index, got);
  if (position <= 0) return error_raise(L, "%s: '%s': expected %s, got %s", function, name, expected, got);
  return error_raise(L, "%s: '%s' (argument %d): expected %s, got %s", function, name, position, expected, got);
}

int error_self(lua_State *L, const char *function, const char *name, const char *expected) {
  char got[ERROR_TEXT];
  error_describe(L, 1, got);
  return error_raise(L, "%s: '%s' (argument 1): expected %s, got %s; methods are called with a colon: x:%s(…)",
                     function, name, expected, got, function);
}

/* Levenshtein's distance, at most 'limit'. */
static int distance(const char *a, const char *b) {
  size_t n = strlen(b);
  int row[64];
  if (n >= 63 || strlen(a) >= 63) return 99;
  for (size_t j = 0; j <= n; j++) row[j] = (int)j;
  for (size_t i = 0; a[i] != '\0'; i++) {
    int diagonal = row[0];
    row[0] = (int)i + 1;
    for (size_t j = 0; j < n; j++) {
      int keep = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      int best = diagonal + 1 < row[j] + 1 ? diagonal + 1 : row[j] + 1;
      row[j + 1] = keep < best ? keep : best;
    }
  }
  return row[n];
}

/* What other libraries call options of ours. */
static const char *const other_names[][2] = {
    {"axis", "dim"}, {"axes", "dim"}, {"keepdims", "keepdim"}, {"learningRate", "lr"}, {"learning_rate", "lr"},
    {"rate", "p"}, {"epsilon", "eps"}, {"strides", "stride"}, {"filters", "out_channels"}, {"units", "out_features"},
    {"kernel", "kernel_size"}, {"batchSize", "batch_size"}, {"use_bias", "bias"}, {NULL, NULL}};

/* The one among 'names' that is called 'wrong' elsewhere, or NULL. */
static const char *ours_of(const char *wrong, const char *const *names) {
  for (int i = 0; other_names[i][0] != NULL; i++)
    for (int k = 0; strcmp(other_names[i][0], wrong) == 0 && names[k] != NULL; k++)
      if (strcmp(other_names[i][1], names[k]) == 0) return names[k];
  return NULL;
}

const char *error_nearest(const char *wrong, const char *const *names) {
  const char *best = ours_of(wrong, names);
  if (best != NULL) return best;
  int least = (int)strlen(wrong) / 3 + 2;
  for (; *names != NULL; names++) {
    int d = distance(wrong, *names);
    if (d < least) {
      least = d;
      best = *names;
    }
  }
  return best;
}
