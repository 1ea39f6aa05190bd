/* error_place.c: what an error begins with: the line of the program that led to it, and the function that the program
** called there.
*/
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "vm.h"

/* pcall and xpcall. They are the same functions in every Lua state. */
static lua_CFunction protected_calls[2];
/* Pushes the table of the libraries of lib/, by name. */
static void (*push_libraries)(lua_State *L);

void error_open(lua_State *L, void (*push)(lua_State *L)) {
  push_libraries = push;
  static const char *const names[] = {"pcall", "xpcall"};
  for (int i = 0; i < 2; i++) {
    lua_getglobal(L, names[i]);
    protected_calls[i] = lua_tocfunction(L, -1);
    lua_pop(L, 1);
  }
}

/* The level of the program's function that led here, or 0. */
static int place_level(lua_State *L, lua_Debug *frame, bool through_pcall) {
  for (int level = 1; lua_getstack(L, level, frame); level++) {
    lua_getinfo(L, "Slf", frame);
    lua_CFunction f = lua_tocfunction(L, -1);
    lua_pop(L, 1);
    if (!through_pcall && f != NULL && (f == protected_calls[0] || f == protected_calls[1])) return 0;
    if (f != NULL || source_is_ours(frame->source)) continue;
    return frame->currentline <= 0 ? 0 : level; /* 0: its lines were stripped */
  }
  return 0;
}

/* ---- the name that the program called ------------------------------------------------------------------ */

/* Whether the value at the top is a class whose objects the function at index f makes. */
static bool is_made_by(lua_State *L, int f) {
  if (lua_type(L, -1) != LUA_TTABLE || luaL_getmetafield(L, -1, "__call") == LUA_TNIL) return false;
  const bool same = lua_rawequal(L, -1, f);
  lua_pop(L, 1);
  return same;
}

/* What messages write before the names of a library. */
static const char *prefix_of(const char *library) {
  if (strcmp(library, "torch.nn") == 0) return "nn.";
  if (strcmp(library, "torch.optim") == 0) return "optim.";
  if (strcmp(library, "torch.linalg") == 0) return "linalg.";
  return strcmp(library, "gnuplot") == 0 ? "gnuplot." : "";
}

/* The function that the program called: its level, its name, what messages write before that, and whether it was called
** as a method, or as the class of an object. */
typedef struct {
  int level;
  const char *prefix, *name;
  bool method, class;
} Called;

/* Whether a library has the function at index f, or the class that it makes objects of, under the name by which it was
** called: a field of the program's own tables says nothing of the function. */
static bool is_public(lua_State *L, int f, Called *called) {
  const int top = lua_gettop(L);
  bool found = false;
  push_libraries(L);
  for (lua_pushnil(L); !found && lua_next(L, top + 1) != 0; lua_settop(L, top + 2)) {
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TTABLE) continue;
    lua_pushstring(L, called->name);
    lua_rawget(L, -2);
    called->class = is_made_by(L, f);
    found = called->class || lua_rawequal(L, -1, f);
    if (found) called->prefix = prefix_of(lua_tostring(L, top + 2));
  }
  lua_settop(L, top);
  return found;
}

/* The function in C that is around those that take `out`. */
static lua_CFunction wrapper;
void error_look_through(lua_CFunction f) { wrapper = f; }

/* Whether the function at `level` is one of lib/, or one in C that calls one. There may be one such function: what
** loads a function at its first use, or casts for it (autocast_function.c); and the wrapper. */
static bool is_of_library(lua_State *L, int level) {
  lua_Debug frame;
  for (bool other = false; level >= 0 && lua_getstack(L, level, &frame); level--) {
    lua_getinfo(L, "Sf", &frame);
    const bool around = lua_tocfunction(L, -1) == wrapper;
    lua_pop(L, 1);
    if (strcmp(frame.what, "C") != 0) return source_is_ours(frame.source);
    if (other && !around) return false;
    other = other || !around;
  }
  return false;
}

/* Whether the function at `level` has a public name, and is of lib/, makes objects of a class, or raises the error.
** What was called by a variable or by a tail call has none. */
static bool find_called(lua_State *L, int level, Called *called) {
  lua_Debug frame;
  if (level < 0 || !lua_getstack(L, level, &frame)) return false;
  lua_getinfo(L, "nSf", &frame);
  const int f = lua_gettop(L);
  const bool in_lua = is_of_library(L, level);
  *called = (Called){.level = level, .prefix = "", .name = frame.name};
  bool known = frame.name != NULL;
  called->method = known && strcmp(frame.namewhat, "method") == 0;
  if (known && called->method) known = in_lua;
  else if (known && strcmp(frame.namewhat, "field") == 0)
    known = is_public(L, f, called) && (in_lua || level == 0 || called->class);
  else known = false;
  lua_pop(L, 1);
  return known;
}

/* Whether only the functions that make errors lie between `level` and here: then the message is the function's own. */
static bool raises_itself(lua_State *L, int level, bool from_lua) {
  lua_Debug frame;
  if (!from_lua) return false;
  for (int i = 1; i < level && lua_getstack(L, i, &frame); i++) {
    lua_getinfo(L, "S", &frame);
    if (strcmp(frame.what, "C") != 0 && strcmp(frame.source, "@lib/torch/utils/options.lua") != 0) return false;
  }
  return true;
}

/* The length of the name that a message begins with ("linalg.inv: …"), or 0. */
static size_t head_length(const char *message) {
  size_t n = 0;
  while (isalnum((unsigned char)message[n]) || (message[n] != '\0' && strchr("_.:#", message[n]) != NULL)) n++;
  return n > 1 && message[n] == ' ' && message[n - 1] == ':' ? n - 1 : 0;
}

/* Replaces the message at the top by one that begins with the name that the program called. */
static void name_called(lua_State *L, const Called *called, bool from_lua) {
  const char *message = lua_tostring(L, -1);
  const size_t head = head_length(message), n = strlen(called->name);
  size_t last = head; /* where the last part of the head begins */
  while (last > 0 && message[last - 1] != '.' && message[last - 1] != ':') last--;
  if (head - last == n && strncmp(message + last, called->name, n) == 0) return;
  if (called->method && isupper((unsigned char)message[last])) return; /* an object speaks for its class */
  const size_t least = head - last < n ? head - last : n, most = head - last < n ? n : head - last;
  const bool in_place = least > 0 && most == least + 1 && strncmp(message + last, called->name, least) == 0
    && (least < n ? called->name[least] : message[last + least]) == '_'; /* add and add_, either way */
  const bool alias = in_place || raises_itself(L, called->level, from_lua);
  if (!alias && called->level == 0 && !called->class) return; /* it speaks of what it ran, such as a hook */
  if (head > 0 && alias) {
    lua_pushlstring(L, message, last);
    lua_pushfstring(L, "%s%s", called->name, message + head);
    lua_concat(L, 2);
  } else lua_pushfstring(L, "%s%s: %s", called->prefix, called->name, message);
  lua_remove(L, -2);
}

void error_locate(lua_State *L, bool from_lua) {
  lua_Debug frame;
  Called called;
  luaL_checkstack(L, 12, "errors");
  const int level = place_level(L, &frame, from_lua);
  if (level == 0) return;
  lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
  lua_insert(L, -2);
  const char *place = lua_tostring(L, -2);
  if (strncmp(lua_tostring(L, -1), place, strlen(place)) == 0) { /* it was caught and is raised again */
    lua_remove(L, -2);
    return;
  }
  if (find_called(L, level - 1, &called)) name_called(L, &called, from_lua);
  lua_concat(L, 2);
}
