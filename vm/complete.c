/* complete.c: what Tab completes in the session: keywords, globals, fields and
** methods; the keys of a table in t["; modules in require "; files in other open
** strings.
**
** Completion looks but never runs the program: tables are read raw, metatables are
** followed where __index is a table, and userdata where their metatable has
** __methods. The one exception: names that a metatable lists in __lazy load when
** the user goes past them with a dot.
**
** In all functions 'found' is the stack index of the table whose keys are the
** candidates.
*/
#include <ctype.h>
#include <dirent.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/readline.h>

#include "session.h"

static lua_State *complete_state; /* whose globals are completed */

/* What Tab was pressed on. */
typedef struct {
  const char *line;
  const char *text; /* the word so far */
  int start;        /* its place in the line */
  enum { WANT_NAME, WANT_MEMBER, WANT_KEY, WANT_MODULE, WANT_FILE } want;
} Request;

static bool complete_is_letter(char c) { return isalnum((unsigned char)c) || c == '_'; }

static void complete_add(lua_State *L, int found, const char *name, const char *text) {
  if (strncmp(name, text, strlen(text)) != 0) return;
  lua_pushboolean(L, 1);
  lua_setfield(L, found, name);
}

/* ---- looking into values ------------------------------------------------- */

/* Pushes the field of the metatable of the value at 'index' when it is a table;
** otherwise pushes nothing and returns false. */
static bool complete_push_meta(lua_State *L, int index, const char *field) {
  int top = lua_gettop(L);
  if (luaL_getmetafield(L, index, field) == LUA_TTABLE) return true;
  lua_settop(L, top);
  return false;
}

/* Appends the table at the top, and those that its __index leads to, to the list at
** 'list'; pops it. */
static void complete_add_chain(lua_State *L, int list) {
  enum { LIMIT = 100 }; /* the chain may be a ring */
  bool more = true;
  for (int i = 0; more && i < LIMIT; i++) {
    lua_pushvalue(L, -1);
    lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
    more = complete_push_meta(L, -1, "__index");
    if (more) lua_remove(L, -2);
  }
  lua_pop(L, 1);
}

/* Pushes the list of tables that the fields of the value at 'index' are looked up
** in: a table and its parents; the fields of an instance, its methods and theirs. */
static void complete_push_sources(lua_State *L, int index) {
  lua_newtable(L);
  int list = lua_gettop(L);
  if (lua_type(L, index) == LUA_TTABLE) {
    lua_pushvalue(L, index);
    complete_add_chain(L, list);
    return;
  }
  if (lua_type(L, index) == LUA_TUSERDATA) {
    if (lua_getiuservalue(L, index, 1) == LUA_TTABLE)
      complete_add_chain(L, list);
    else
      lua_pop(L, 1);
  }
  if (complete_push_meta(L, index, "__methods")) complete_add_chain(L, list);
  if (complete_push_meta(L, index, "__index")) complete_add_chain(L, list);
}

/* Whether the metatable of the table at 'index' says that the key at the top loads
** at first use. */
static bool complete_is_lazy(lua_State *L, int index) {
  if (!complete_push_meta(L, index, "__lazy")) return false;
  lua_pushvalue(L, -2);
  lua_rawget(L, -2);
  bool lazy = lua_toboolean(L, -1);
  lua_pop(L, 2);
  return lazy;
}

/* Replaces a value and a key at the top by the value's field; nil if it cannot be
** had without running the program. */
static void complete_index(lua_State *L) {
  int value = lua_gettop(L) - 1, key = value + 1, list = value + 2, result = value + 3;
  complete_push_sources(L, value);
  lua_pushnil(L);
  int n = (int)lua_rawlen(L, list);
  for (int lazy = 0; lazy <= 1; lazy++) { /* what is loaded comes first */
    for (int i = 1; i <= n && lua_isnil(L, result); i++, lua_settop(L, result)) {
      lua_rawgeti(L, list, i);
      lua_pushvalue(L, key);
      if (!lazy)
        lua_rawget(L, -2);
      else if (complete_is_lazy(L, result + 1))
        lua_gettable(L, -2);
      else
        continue;
      lua_replace(L, result);
    }
  }
  lua_replace(L, value);
  lua_settop(L, value);
}

/* Adds the string keys of the table at 'index'. Names with "_" in front are for
** those who ask for them; methods are the functions. */
static void complete_add_keys(lua_State *L, int found, int index, const Request *r) {
  bool method = r->want == WANT_MEMBER && r->line[r->start - 1] == ':';
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) continue;
    const char *name = lua_tostring(L, -2), *end = name;
    while (complete_is_letter(*end)) end++;
    bool is_name = end > name && *end == '\0' && !isdigit((unsigned char)*name);
    if (r->want != WANT_KEY && (!is_name || (*name == '_' && *r->text != '_'))) continue;
    if (!method || lua_isfunction(L, -1)) complete_add(L, found, name, r->text);
  }
  if (!method && complete_push_meta(L, index, "__lazy")) {
    complete_add_keys(L, found, lua_gettop(L), r);
    lua_pop(L, 1);
  }
}

/* Adds the fields of the value at the top, and pops it. Those that are computed, as
** x.shape is, have their names in __attributes. */
static void complete_add_fields(lua_State *L, int found, const Request *r) {
  int list = lua_gettop(L) + 1;
  bool dot = r->want == WANT_MEMBER && r->line[r->start - 1] == '.';
  if (dot && complete_push_meta(L, list - 1, "__attributes")) {
    complete_add_keys(L, found, list, r);
    lua_pop(L, 1);
  }
  complete_push_sources(L, list - 1);
  for (lua_Integer i = 1; lua_rawgeti(L, list, i) != LUA_TNIL; i++) {
    complete_add_keys(L, found, list + 1, r);
    lua_pop(L, 1);
  }
  lua_settop(L, list - 2);
}

/* ---- the expression before the word -------------------------------------- */

/* Where the expression that ends before line[end] begins: names, dots and simple
** brackets, as in a.b["c d"][1]. */
static int complete_find_chain(const char *line, int end) {
  int p = end;
  while (p > 0) {
    char c = line[p - 1];
    if (c == ']') {
      while (p > 0 && line[p - 1] != '[') p--;
      if (p > 0) p--;
    } else if (complete_is_letter(c) || (c == '.' && (p < 2 || line[p - 2] != '.'))) {
      p--;
    } else {
      break;
    }
  }
  return p;
}

/* Pushes the key in the bracket at 'p': a string or an integer. Returns where it
** ends, NULL for anything else. */
static const char *complete_push_bracket(lua_State *L, const char *p) {
  char quote = *++p;
  const char *close = strchr(p, ']'), *begin = p + 1;
  if (quote == '"' || quote == '\'') {
    const char *end = strchr(begin, quote);
    if (end == NULL || end[1] != ']') return NULL;
    lua_pushlstring(L, begin, (size_t)(end - begin));
    return end + 2;
  }
  if (close == NULL) return NULL;
  lua_pushlstring(L, p, (size_t)(close - p));
  int is_integer;
  lua_Integer i = lua_tointegerx(L, -1, &is_integer);
  if (!is_integer) return NULL;
  lua_pop(L, 1);
  lua_pushinteger(L, i);
  return close + 1;
}

/* Pushes the value of the expression that ends before line[end]; false, and
** whatever is on the stack, when it has none that can be looked up. */
static bool complete_push_object(lua_State *L, const char *line, int end) {
  const char *p = line + complete_find_chain(line, end), *stop = line + end;
  if (p == stop) return false;
  lua_pushglobaltable(L);
  for (bool first = true; p < stop; first = false) {
    if (!first && *p == '[') {
      p = complete_push_bracket(L, p);
      if (p == NULL) return false;
    } else {
      if (!first && *p++ != '.') return false;
      const char *begin = p;
      while (p < stop && complete_is_letter(*p)) p++;
      if (p == begin || isdigit((unsigned char)*begin)) return false;
      lua_pushlstring(L, begin, (size_t)(p - begin));
    }
    complete_index(L);
    if (lua_isnil(L, -1)) return false;
  }
  return true;
}

/* ---- modules ------------------------------------------------------------- */

static int complete_close_folder(lua_State *L) {
  DIR **folder = lua_touserdata(L, 1);
  if (*folder != NULL) closedir(*folder);
  *folder = NULL;
  return 0;
}

/* Pushes an open folder that the collector closes when an error passes. */
static DIR **complete_push_folder(lua_State *L, const char *path) {
  DIR **folder = lua_newuserdatauv(L, sizeof(DIR *), 0);
  *folder = NULL;
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, complete_close_folder);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  *folder = opendir(path);
  return folder;
}

/* Adds the modules "before.NAME" of the files in 'path' called NAME..suffix, where
** the suffix is ".lua" or, in a folder called NAME, "/init.lua". */
static void complete_add_folder(lua_State *L, int found, const char *path,
                                const char *suffix, const char *before,
                                const Request *r) {
  int top = lua_gettop(L);
  DIR **folder = complete_push_folder(L, *path != '\0' ? path : ".");
  struct dirent *entry;
  while (*folder != NULL && (entry = readdir(*folder)) != NULL) {
    const char *name = entry->d_name;
    size_t length = strlen(name), tail = strlen(suffix);
    if (*name == '.') continue;
    if (*suffix == '/') {
      if (access(lua_pushfstring(L, "%s%s%s", path, name, suffix), R_OK) != 0) length = 0;
    } else {
      bool fits = length > tail && strcmp(name + length - tail, suffix) == 0;
      length = fits ? length - tail : 0;
    }
    lua_pushstring(L, before);
    lua_pushlstring(L, name, length);
    lua_concat(L, 2);
    if (length > 0) complete_add(L, found, lua_tostring(L, -1), r->text);
    lua_settop(L, top + 1);
  }
  lua_pushcfunction(L, complete_close_folder);
  lua_insert(L, -2);
  lua_call(L, 1, 0);
}

/* Adds the modules that the templates "FOLDER/?SUFFIX;..." of package[field] lead
** to; the dots of the word are folders. */
static void complete_add_path(lua_State *L, int found, const char *field,
                              const Request *r) {
  const char *dot = strrchr(r->text, '.');
  int top = lua_gettop(L);
  lua_getglobal(L, "package");
  lua_getfield(L, -1, field);
  const char *path = luaL_optstring(L, -1, "");
  const char *before = lua_pushlstring(L, r->text, dot ? (size_t)(dot + 1 - r->text) : 0);
  const char *folders = luaL_gsub(L, before, ".", "/");
  for (const char *next; *path != '\0'; path = *next != '\0' ? next + 1 : next) {
    next = path + strcspn(path, ";");
    const char *template = lua_pushlstring(L, path, (size_t)(next - path));
    const char *mark = strchr(template, '?');
    if (mark == NULL || strchr(mark + 1, '?') != NULL) continue;
    lua_pushlstring(L, template, (size_t)(mark - template));
    lua_pushstring(L, folders);
    lua_concat(L, 2);
    complete_add_folder(L, found, lua_tostring(L, -1), mark + 1, before, r);
    lua_settop(L, top + 4);
  }
  lua_settop(L, top);
}

static void complete_add_modules(lua_State *L, int found, const Request *r) {
  static const char *const tables[] = {LUA_LOADED_TABLE, LUA_PRELOAD_TABLE};
  for (int i = 0; i < 2; i++) {
    lua_getfield(L, LUA_REGISTRYINDEX, tables[i]);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
      if (lua_type(L, -2) == LUA_TSTRING)
        complete_add(L, found, lua_tostring(L, -2), r->text);
    lua_pop(L, 1);
  }
  complete_add_path(L, found, "path", r);
  complete_add_path(L, found, "cpath", r);
}

/* ---- readline ------------------------------------------------------------ */

static void complete_add_keywords(lua_State *L, int found, const Request *r) {
  static const char *const keywords[] = {
      "and",   "break", "do",  "else", "elseif", "end",    "false", "for",
      "function", "goto", "if", "in",  "local",  "nil",    "not",   "or",
      "repeat", "return", "then", "true", "until", "while", NULL};
  for (int i = 0; keywords[i] != NULL; i++) complete_add(L, found, keywords[i], r->text);
}

/* What is to come at the word: the character before it tells, and in a string what
** stands before the quote. */
static void complete_classify(Request *r) {
  const char *line = r->line;
  int p = r->start;
  char before = p > 0 ? line[p - 1] : '\0';
  r->want = WANT_NAME;
  if (rl_completion_quote_character != '\0') {
    if (p > 1 && line[p - 2] == '[') r->want = WANT_KEY;
    else r->want = WANT_FILE;
    for (p--; p > 0 && (line[p - 1] == ' ' || line[p - 1] == '(');) p--;
    if (p >= 7 && strncmp(line + p - 7, "require", 7) == 0) r->want = WANT_MODULE;
  } else if (before == ':' || (before == '.' && (p < 2 || line[p - 2] != '.'))) {
    r->want = WANT_MEMBER;
  }
}

/* Takes the Request; returns the table of the candidates. */
static int complete_collect(lua_State *L) {
  Request *r = lua_touserdata(L, 1);
  lua_settop(L, 0);
  luaL_checkstack(L, 2 * LUA_MINSTACK, NULL);
  lua_newtable(L);
  if (r->want == WANT_MODULE) {
    complete_add_modules(L, 1, r);
  } else if (r->want == WANT_NAME) {
    lua_pushglobaltable(L);
    complete_add_fields(L, 1, r);
    complete_add_keywords(L, 1, r);
  } else {
    int end = r->start - (r->want == WANT_KEY ? 2 : 1);
    if (complete_push_object(L, r->line, end)) complete_add_fields(L, 1, r);
  }
  lua_settop(L, 1);
  return 1;
}

/* Readline asks for the candidates one by one; they are the keys of the table at
** the top, the last one given above it. */
static char *complete_generate(const char *text, int state) {
  lua_State *L = complete_state;
  (void)text;
  if (state == 0) lua_pushnil(L);
  if (!lua_next(L, -2)) return NULL;
  lua_pop(L, 1);
  return strdup(lua_tostring(L, -1)); /* readline frees it */
}

static char **complete_attempt(const char *text, int start, int end) {
  (void)end;
  lua_State *L = complete_state;
  int top = lua_gettop(L);
  char **matches = NULL;
  Request request = {.line = rl_line_buffer, .text = text, .start = start};
  rl_attempted_completion_over = 1; /* no file names where Lua's are wanted */
  rl_completion_append_character = '\0';
  complete_classify(&request);
  if (request.want == WANT_FILE)
    return rl_completion_matches(text, rl_filename_completion_function);
  lua_pushcfunction(L, complete_collect);
  lua_pushlightuserdata(L, &request);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK)
    matches = rl_completion_matches(text, complete_generate);
  lua_settop(L, top);
  return matches;
}

/* Tab indents where there is nothing to complete yet. rl_complete lists the
** candidates when it runs twice in a row, so it is made to see itself. */
int complete_on_tab(int count, int key) {
  int i = 0;
  while (i < rl_point && isspace((unsigned char)rl_line_buffer[i])) i++;
  if (i == rl_point) return rl_insert_text("  ");
  if (rl_last_func == complete_on_tab) rl_last_func = rl_complete;
  return rl_complete(count, key);
}

/* The characters around words. In an open string everything is the word, even a
** "." or "/" that it begins with. */
static char *complete_word_breaks(void) {
  static char in_code[] = " \t\n\"'`!@$%^&*()-+=|\\{}[];:,.<>/?~#";
  static char in_string[] = "\"'";
  char quote = '\0';
  for (const char *p = rl_line_buffer; p < rl_line_buffer + rl_point; p++) {
    if (quote != '\0' && *p == '\\' && p[1] != '\0')
      p++;
    else if (*p == quote)
      quote = '\0';
    else if (quote == '\0' && (*p == '"' || *p == '\''))
      quote = *p;
  }
  return quote != '\0' ? in_string : in_code;
}

void complete_install(lua_State *L) {
  complete_state = L;
  rl_attempted_completion_function = complete_attempt;
  rl_completion_word_break_hook = complete_word_breaks;
  rl_completer_quote_characters = "\"'";
}
