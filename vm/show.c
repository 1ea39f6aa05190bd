/* show.c: how the session shows values. A table appears as its elements 1..n and
** then its other keys in order, a limited number of each table, its tables to a
** limited depth and each on one line. Nothing of the program runs but __tostring.
*/
#include <ctype.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "vm.h"

enum {
  SHOW_WIDTH = 78,  /* columns */
  SHOW_DEPTH = 3,   /* tables in tables */
  SHOW_ITEMS = 40,  /* of a table; of one inside another: */
  SHOW_NESTED = 10,
  SHOW_STRING = 200 /* bytes of a string in a table */
};

/* The tables around the one that is shown. */
typedef struct {
  int depth;
  const void *table[SHOW_DEPTH];
} Path;

/* A key for sorting: numbers, strings, then the rest as it came. */
typedef struct {
  int slot; /* in the list of keys, which keeps 'string' alive */
  enum { KEY_NUMBER, KEY_STRING, KEY_OTHER } kind;
  lua_Number number;
  const char *string;
} Key;

static int show_compare_keys(const void *left, const void *right) {
  const Key *a = left, *b = right;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  if (a->kind == KEY_NUMBER) return (a->number > b->number) - (a->number < b->number);
  if (a->kind == KEY_STRING) return strcmp(a->string, b->string);
  return a->slot - b->slot;
}

/* The number of elements 1, 2, ... n before the first nil. */
static lua_Integer show_count_elements(lua_State *L, int table) {
  lua_Integer n = 0;
  for (; lua_rawgeti(L, table, n + 1) != LUA_TNIL; n++) lua_pop(L, 1);
  lua_pop(L, 1);
  return n;
}

/* Pushes a list of the keys other than 1..elements and above it an array of Key in
** order; returns how many they are. */
static lua_Integer show_sort_keys(lua_State *L, int table, lua_Integer elements) {
  lua_Integer n = 0;
  lua_newtable(L);
  int list = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    lua_Integer i = lua_isinteger(L, -2) ? lua_tointeger(L, -2) : 0;
    if (i >= 1 && i <= elements) continue;
    lua_pushvalue(L, -2);
    lua_rawseti(L, list, ++n);
  }
  Key *keys = lua_newuserdatauv(L, sizeof(Key) * (size_t)n, 0);
  for (int i = 0; i < n; i++) {
    int type = lua_rawgeti(L, list, i + 1);
    keys[i] = (Key){.slot = i + 1, .kind = KEY_OTHER};
    if (type == LUA_TNUMBER) {
      keys[i].kind = KEY_NUMBER;
      keys[i].number = lua_tonumber(L, -1);
    } else if (type == LUA_TSTRING) {
      keys[i].kind = KEY_STRING;
      keys[i].string = lua_tostring(L, -1);
    }
    lua_pop(L, 1);
  }
  qsort(keys, (size_t)n, sizeof(Key), show_compare_keys);
  return n;
}

/* Pushes the string at 'index' as Lua would read it, shortened. */
static void show_push_quoted(lua_State *L, int index) {
  size_t length, end;
  const char *s = lua_tolstring(L, index, &length);
  luaL_Buffer b;
  end = length;
  if (length > SHOW_STRING) /* not inside a character of UTF-8 */
    for (end = SHOW_STRING; end > 0 && ((unsigned char)s[end] & 0xC0) == 0x80;) end--;
  luaL_buffinit(L, &b);
  luaL_addchar(&b, '"');
  for (size_t i = 0; i < end; i++) {
    char escape[8];
    unsigned char c = (unsigned char)s[i];
    const char *format = c == '"' || c == '\\' ? "\\%c" : iscntrl(c) ? "\\%03d" : "%c";
    snprintf(escape, sizeof escape, c == '\n' ? "\\n" : format, c);
    luaL_addstring(&b, escape);
  }
  luaL_addstring(&b, end < length ? "\"..." : "\"");
  luaL_pushresult(&b);
}

static bool show_has_tostring(lua_State *L, int index) {
  if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL) return false;
  lua_pop(L, 1);
  return true;
}

static void show_push_table(lua_State *L, int index, Path *path);

/* Pushes the text, of one line, of a value inside a table. */
static void show_push_item(lua_State *L, int index, Path *path) {
  char description[ERROR_TEXT];
  size_t length;
  if (lua_type(L, index) == LUA_TTABLE && !show_has_tostring(L, index)) {
    show_push_table(L, index, path);
  } else if (lua_type(L, index) == LUA_TSTRING) {
    show_push_quoted(L, index);
  } else if (lua_type(L, index) == LUA_TFUNCTION) {
    lua_pushliteral(L, "function");
  } else {
    const char *text = luaL_tolstring(L, index, &length);
    if (length <= SHOW_WIDTH && strchr(text, '\n') == NULL) return;
    lua_pop(L, 1);
    lua_pushstring(L, error_describe(L, index, description));
  }
}

static bool show_is_name(const char *s) {
  if (!isalpha((unsigned char)*s) && *s != '_') return false;
  while (isalnum((unsigned char)*s) || *s == '_') s++;
  return *s == '\0';
}

/* Pushes "name = " or "[key] = " for the key at the top, which it replaces. */
static void show_push_key(lua_State *L) {
  bool is_string = lua_type(L, -1) == LUA_TSTRING;
  if (is_string && show_is_name(lua_tostring(L, -1))) {
    lua_pushfstring(L, "%s = ", lua_tostring(L, -1));
    lua_replace(L, -2);
    return;
  }
  if (is_string)
    show_push_quoted(L, -1);
  else
    luaL_tolstring(L, -1, NULL);
  lua_pushfstring(L, "[%s] = ", lua_tostring(L, -1));
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/* Pushes the list of the texts of the items; returns how many belong to 1..n. */
static lua_Integer show_push_items(lua_State *L, int table, Path *path) {
  lua_Integer limit = path->depth > 1 ? SHOW_NESTED : SHOW_ITEMS, i = 0;
  lua_newtable(L);
  int items = lua_gettop(L), list = items + 1, item = items + 3;
  lua_Integer elements = show_count_elements(L, table);
  lua_Integer n = elements + show_sort_keys(L, table, elements);
  const Key *key = lua_touserdata(L, list + 1);
  for (; i < n && i < limit; i++, lua_settop(L, item - 1)) {
    if (i < elements) {
      lua_rawgeti(L, table, i + 1);
      show_push_item(L, item, path);
    } else {
      lua_rawgeti(L, list, key[i - elements].slot);
      lua_pushvalue(L, item);
      show_push_key(L);
      lua_insert(L, item);
      lua_rawget(L, table);
      show_push_item(L, item + 1, path);
      lua_remove(L, item + 1);
      lua_concat(L, 2);
    }
    lua_rawseti(L, items, i + 1);
  }
  if (i < n) {
    lua_pushfstring(L, "... %I more", (LUAI_UACINT)(n - i));
    lua_rawseti(L, items, i + 1);
  }
  lua_settop(L, items);
  return elements < i ? elements : i;
}

/* Replaces the list of texts at the top by "{a, b}"; with 'lines' in lines, which
** the first 'elements' fill and where each of the others has its own. */
static void show_join_items(lua_State *L, bool lines, lua_Integer elements) {
  int items = lua_gettop(L);
  lua_Integer n = (lua_Integer)lua_rawlen(L, items);
  size_t column = 0;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addchar(&b, '{');
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, items, i);
    size_t length = lua_rawlen(L, -1) + 2;
    bool breaks = lines && (i == 1 || i > elements || column + length > SHOW_WIDTH);
    lua_pushfstring(L, "%s%s", i == 1 ? "" : ",", breaks ? "\n  " : i == 1 ? "" : " ");
    lua_insert(L, -2);
    lua_concat(L, 2);
    luaL_addvalue(&b);
    column = breaks ? length + 2 : column + length;
  }
  luaL_addstring(&b, lines ? "\n}" : "}");
  luaL_pushresult(&b);
  lua_replace(L, items);
}

/* Pushes the text of the table at 'index', an absolute one. */
static void show_push_table(lua_State *L, int index, Path *path) {
  const void *table = lua_topointer(L, index);
  bool hidden = path->depth == SHOW_DEPTH;
  for (int i = 0; i < path->depth; i++) hidden = hidden || path->table[i] == table;
  if (hidden) {
    lua_pushliteral(L, "{...}");
    return;
  }
  luaL_checkstack(L, LUA_MINSTACK, "a value is too deep to show");
  path->table[path->depth++] = table;
  lua_Integer elements = show_push_items(L, index, path);
  path->depth--;
  lua_pushvalue(L, -1);
  show_join_items(L, false, elements);
  if (path->depth == 0 && lua_rawlen(L, -1) > SHOW_WIDTH) {
    lua_pop(L, 1);
    show_join_items(L, true, elements);
  } else {
    lua_remove(L, -2);
  }
}

/* Writes its arguments: in one line when each has one, else below each other. */
int show_values(lua_State *L) {
  int n = lua_gettop(L);
  bool lines = false;
  luaL_checkstack(L, LUA_MINSTACK, "too many results to show");
  for (int i = 1; i <= n; i++) {
    Path path = {.depth = 0};
    if (lua_type(L, i) == LUA_TTABLE && !show_has_tostring(L, i))
      show_push_table(L, i, &path);
    else
      luaL_tolstring(L, i, NULL);
    lines = lines || strchr(lua_tostring(L, -1), '\n') != NULL;
    lua_replace(L, i);
  }
  for (int i = 1; i <= n; i++) {
    fwrite(lua_tostring(L, i), 1, lua_rawlen(L, i), stdout);
    putchar(i == n || lines ? '\n' : '\t');
  }
  return 0;
}
