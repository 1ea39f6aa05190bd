/* session.c: the interactive session. A block is read until Lua finds it
** complete, compiled as an expression or else as statements, run, and its
** results are shown. On a terminal readline edits the lines; otherwise they are
** read plainly and neither prompts nor escape sequences are written.
**
** Four parts: the history file, the text of values, reading a line, and the loop.
*/
#define _GNU_SOURCE /* flock, getline, ppoll */
#include "session.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "vm.h"

/* ---- history --------------------------------------------------------------------
** The file has one block a line: a newline in the block is written "\n" and a
** backslash "\\". Each block is appended as soon as it is entered, so nothing is
** lost with the process and sessions can share the file. Trouble is told once and
** ends the saving, never the session. */

#define HISTORY_LIMIT 2000 /* blocks; the file is cut when it has twice as many */

static char history_path[PATH_MAX]; /* empty: no history is kept */

static void session_history_give_up(void) {
  fprintf(stderr, "hecate: the history is not saved: %s: %s\n", history_path,
          strerror(errno));
  history_path[0] = '\0';
}

static void session_history_find(void) {
  const char *path = getenv("HECATE_HISTORY"), *state = getenv("XDG_STATE_HOME");
  const char *home = getenv("HOME");
  int n = 0;
  if (path != NULL)
    n = snprintf(history_path, sizeof history_path, "%s", path);
  else if (state != NULL && state[0] == '/') /* relative ones are to be ignored */
    n = snprintf(history_path, sizeof history_path, "%s/hecate/history", state);
  else if (home != NULL)
    n = snprintf(history_path, sizeof history_path, "%s/.local/state/hecate/history", home);
  if (n >= (int)sizeof history_path) history_path[0] = '\0';
}

/* Makes the folders of the file that are missing. */
static void session_history_make_folders(void) {
  for (char *slash = strchr(history_path + 1, '/'); slash != NULL;
       slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(history_path, 0700);
    *slash = '/';
  }
}

/* Decodes in place. */
static void session_history_decode(char *line) {
  char *out = line;
  for (const char *in = line; *in != '\0' && *in != '\n'; in++) {
    if (*in == '\\' && (in[1] == 'n' || in[1] == '\\'))
      *out++ = *++in == 'n' ? '\n' : '\\';
    else
      *out++ = *in;
  }
  *out = '\0';
}

/* The block as a line of the file, to be freed; NULL without memory. */
static char *session_history_encode(const char *block) {
  char *line = malloc(2 * strlen(block) + 2), *out = line;
  if (line == NULL) return NULL;
  for (const char *in = block; *in != '\0'; in++) {
    if (*in == '\n' || *in == '\\') *out++ = '\\';
    *out++ = *in == '\n' ? 'n' : *in;
  }
  strcpy(out, "\n");
  return line;
}

/* Keeps in the file only what is in readline's list. It is written over the old
** content and then cut, which needs no room on the disk; the lock is held. */
static void session_history_shorten(int file) {
  off_t end = 0;
  for (int i = 0; i < history_length; i++) {
    char *line = session_history_encode(history_get(history_base + i)->line);
    size_t bytes = line != NULL ? strlen(line) : 0;
    bool written = line != NULL && pwrite(file, line, bytes, end) == (ssize_t)bytes;
    free(line);
    if (!written) return;
    end += (off_t)bytes;
  }
  if (ftruncate(file, end) != 0) session_history_give_up();
}

static void session_history_load(void) {
  char *line = NULL;
  size_t room = 0;
  long blocks = 0;
  session_history_find();
  using_history();
  stifle_history(HISTORY_LIMIT);
  if (history_path[0] == '\0') return;
  FILE *in = fopen(history_path, "r+");
  if (in == NULL) {
    if (errno != ENOENT) session_history_give_up();
    return;
  }
  flock(fileno(in), LOCK_EX);
  for (; getline(&line, &room, in) > 0; blocks++) {
    session_history_decode(line);
    add_history(line);
  }
  free(line);
  if (blocks > 2 * HISTORY_LIMIT) session_history_shorten(fileno(in));
  fclose(in); /* gives up the lock */
}

static void session_history_save(const char *block) {
  char *line = session_history_encode(block);
  if (line == NULL) return;
  session_history_make_folders();
  int file = open(history_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  size_t bytes = strlen(line);
  if (file < 0 || flock(file, LOCK_EX) != 0 || write(file, line, bytes) != (ssize_t)bytes)
    session_history_give_up();
  if (file >= 0) close(file);
  free(line);
}

/* The block becomes the newest one, unless it already is. */
static void session_history_add(const char *block) {
  HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1)
                                        : NULL;
  if (last != NULL && strcmp(last->line, block) == 0) return;
  add_history(block);
  if (history_path[0] != '\0') session_history_save(block);
}

/* ---- values -----------------------------------------------------------------------
** A table is shown on one line where it fits, else with one named field a line:
** the elements 1..n, then the other keys in order, of each table a limited
** number, of its tables to a limited depth. Only raw access and __tostring. */

enum {
  SHOW_WIDTH = 78,  /* columns */
  SHOW_DEPTH = 4,   /* tables in tables */
  SHOW_ITEMS = 40,  /* of one table */
  SHOW_TOTAL = 400, /* of all tables of one value */
  SHOW_STRING = 200 /* bytes of a string in a table */
};

typedef struct {
  int depth;
  int left;                     /* of SHOW_TOTAL */
  const void *open[SHOW_DEPTH]; /* the tables that are being shown: finds cycles */
} Show;

/* A key of a table, for sorting: numbers, strings, then the rest as it came. */
typedef struct {
  int slot; /* where it is in the list of keys */
  int type;
  lua_Number number;
  const char *string;
} Key;

static int session_compare_keys(const void *left, const void *right) {
  const Key *a = left, *b = right;
  if (a->type != b->type) return a->type < b->type ? -1 : 1;
  if (a->type == LUA_TNUMBER) return (a->number > b->number) - (a->number < b->number);
  if (a->type == LUA_TSTRING) return strcmp(a->string, b->string);
  return a->slot - b->slot;
}

/* The number of elements 1, 2, ... n that are not nil. */
static lua_Integer session_count_elements(lua_State *L, int table) {
  lua_Integer n = 0;
  while (lua_rawgeti(L, table, n + 1) != LUA_TNIL) {
    lua_pop(L, 1);
    n++;
  }
  lua_pop(L, 1);
  return n;
}

/* Pushes a list of the keys other than 1..elements and, above it, a userdata with
** them in order; returns how many. */
static int session_sort_keys(lua_State *L, int table, lua_Integer elements) {
  int n = 0;
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
    keys[i] = (Key){.slot = i + 1, .type = type};
    if (type == LUA_TNUMBER) keys[i].number = lua_tonumber(L, -1);
    if (type == LUA_TSTRING) keys[i].string = lua_tostring(L, -1);
    lua_pop(L, 1);
  }
  qsort(keys, (size_t)n, sizeof(Key), session_compare_keys);
  return n;
}

static bool session_is_name(const char *s) {
  if (!isalpha((unsigned char)*s) && *s != '_') return false;
  while (isalnum((unsigned char)*s) || *s == '_') s++;
  return *s == '\0';
}

/* Pushes the string at 'index' as Lua would read it, shortened. */
static void session_push_quoted(lua_State *L, int index) {
  size_t length, end;
  const char *s = lua_tolstring(L, index, &length);
  luaL_Buffer b;
  end = length;
  if (length > SHOW_STRING) /* not inside a character of UTF-8 */
    for (end = SHOW_STRING; end > 0 && ((unsigned char)s[end] & 0xC0) == 0x80;) end--;
  luaL_buffinit(L, &b);
  luaL_addchar(&b, '"');
  for (size_t i = 0; i < end; i++) {
    unsigned char c = (unsigned char)s[i];
    char escape[8];
    if (c == '"' || c == '\\')
      snprintf(escape, sizeof escape, "\\%c", c);
    else if (c == '\n')
      strcpy(escape, "\\n");
    else if (iscntrl(c))
      snprintf(escape, sizeof escape, "\\%03d", c);
    else
      snprintf(escape, sizeof escape, "%c", c);
    luaL_addstring(&b, escape);
  }
  luaL_addstring(&b, end < length ? "\"..." : "\"");
  luaL_pushresult(&b);
}

static void session_push_table(lua_State *L, int index, int indent, Show *show);

/* Pushes the text of a value inside a table: one line, unless it is a table. */
static void session_push_item(lua_State *L, int index, int indent, Show *show) {
  char description[ERROR_TEXT];
  bool own_text = luaL_getmetafield(L, index, "__tostring") != LUA_TNIL;
  if (own_text) lua_pop(L, 1);
  if (lua_type(L, index) == LUA_TTABLE && !own_text) {
    session_push_table(L, index, indent, show);
  } else if (lua_type(L, index) == LUA_TSTRING) {
    session_push_quoted(L, index);
  } else {
    size_t length;
    const char *text = luaL_tolstring(L, index, &length);
    if (length <= SHOW_WIDTH && strchr(text, '\n') == NULL) return;
    lua_pop(L, 1);
    lua_pushstring(L, error_describe(L, index, description));
  }
}

/* Pushes "name = " of the key at the top, which it pops. */
static void session_push_key(lua_State *L) {
  if (lua_type(L, -1) == LUA_TSTRING && session_is_name(lua_tostring(L, -1))) {
    lua_pushfstring(L, "%s = ", lua_tostring(L, -1));
  } else {
    if (lua_type(L, -1) == LUA_TSTRING)
      session_push_quoted(L, lua_gettop(L));
    else
      luaL_tolstring(L, -1, NULL);
    lua_pushfstring(L, "[%s] = ", lua_tostring(L, -1));
    lua_remove(L, -2);
  }
  lua_remove(L, -2);
}

/* Pushes the list of the texts of a table's items. The first *elements are those
** of 1..n; the last one may tell how many more there are. */
static void session_push_items(lua_State *L, int table, int indent, Show *show,
                               lua_Integer *elements) {
  lua_Integer n = session_count_elements(L, table), shown = 0;
  int keys = session_sort_keys(L, table, n), sorted = lua_gettop(L), list = sorted - 1;
  const Key *key = lua_touserdata(L, sorted);
  lua_newtable(L);
  int items = sorted + 1;
  *elements = n < SHOW_ITEMS ? n : SHOW_ITEMS;
  for (; shown < n + keys && shown < SHOW_ITEMS && show->left > 0; shown++, show->left--) {
    if (shown < n) {
      lua_rawgeti(L, table, shown + 1);
      session_push_item(L, items + 1, indent, show);
    } else {
      lua_rawgeti(L, list, key[shown - n].slot);
      lua_pushvalue(L, -1);
      lua_rawget(L, table);
      lua_insert(L, -2);
      session_push_key(L);
      session_push_item(L, items + 1, indent, show);
      lua_concat(L, 2);
    }
    lua_rawseti(L, items, shown + 1);
    lua_settop(L, items);
  }
  if (shown < n + keys) {
    lua_pushfstring(L, "... %I more", (LUAI_UACINT)(n + keys - shown));
    lua_rawseti(L, items, shown + 1);
  }
  lua_replace(L, list);
  lua_settop(L, list);
}

/* Pushes "{a, b}" of the list of items at the top, which it pops; on several lines
** when it is too wide, elements filling lines and fields on their own. */
static void session_join_items(lua_State *L, int indent, lua_Integer elements) {
  int items = lua_gettop(L);
  lua_Integer n = (lua_Integer)lua_rawlen(L, items);
  size_t width = (size_t)indent + 2, length, column = 0;
  bool wide = false;
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, items, i);
    const char *text = lua_tolstring(L, -1, &length);
    width += length + 2;
    wide = wide || strchr(text, '\n') != NULL;
    lua_pop(L, 1);
  }
  wide = wide || width > SHOW_WIDTH;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addchar(&b, '{');
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, items, i);
    lua_tolstring(L, -1, &length);
    if (wide && (i == 1 || i > elements || column + length + 2 > SHOW_WIDTH)) {
      lua_pushfstring(L, i == 1 ? "\n" : ",\n");
      luaL_addvalue(&b);
    }
    luaL_addvalue(&b);
  }
  luaL_pushresult(&b);
  lua_replace(L, items);
  (void)column;
}
