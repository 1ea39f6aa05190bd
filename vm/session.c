/* session.c: the interactive session. A block is read until Lua finds it
** complete, compiled as an expression or else as statements, run, and its
** results are shown. On a terminal readline edits the lines; otherwise they are
** read plainly and neither prompts nor escape sequences are written.
**
** Four parts: the history file, the text of values, reading a line, and the loop.
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* flock, getline, ppoll */
#endif
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

/* The block, without the space at its end, becomes the newest one, unless it
** already is. */
static void session_history_add(char *block) {
  size_t n = strlen(block);
  while (n > 0 && isspace((unsigned char)block[n - 1])) block[--n] = '\0';
  if (n == 0) return;
  HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1)
                                        : NULL;
  if (last != NULL && strcmp(last->line, block) == 0) return;
  add_history(block);
  if (history_path[0] != '\0') session_history_save(block);
}

/* ---- values -----------------------------------------------------------------------
** A table is shown as its elements 1..n and then its other keys in order, a
** limited number of each table, its tables to a limited depth and each on one
** line. Nothing of the program runs but __tostring. */

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

/* The number of elements 1, 2, ... n before the first nil. */
static lua_Integer session_count_elements(lua_State *L, int table) {
  lua_Integer n = 0;
  for (; lua_rawgeti(L, table, n + 1) != LUA_TNIL; n++) lua_pop(L, 1);
  lua_pop(L, 1);
  return n;
}

/* Pushes a list of the keys other than 1..elements and above it an array of Key in
** order; returns how many they are. */
static lua_Integer session_sort_keys(lua_State *L, int table, lua_Integer elements) {
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
    keys[i] = (Key){.slot = i + 1, .type = type};
    if (type == LUA_TNUMBER) keys[i].number = lua_tonumber(L, -1);
    if (type == LUA_TSTRING) keys[i].string = lua_tostring(L, -1);
    lua_pop(L, 1);
  }
  qsort(keys, (size_t)n, sizeof(Key), session_compare_keys);
  return n;
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
    char escape[8];
    unsigned char c = (unsigned char)s[i];
    const char *format = c == '"' || c == '\\' ? "\\%c" : iscntrl(c) ? "\\%03d" : "%c";
    snprintf(escape, sizeof escape, c == '\n' ? "\\n" : format, c);
    luaL_addstring(&b, escape);
  }
  luaL_addstring(&b, end < length ? "\"..." : "\"");
  luaL_pushresult(&b);
}

static bool session_has_tostring(lua_State *L, int index) {
  if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL) return false;
  lua_pop(L, 1);
  return true;
}

static void session_push_table(lua_State *L, int index, Path *path);

/* Pushes the text, of one line, of a value inside a table. */
static void session_push_item(lua_State *L, int index, Path *path) {
  char description[ERROR_TEXT];
  size_t length;
  if (lua_type(L, index) == LUA_TTABLE && !session_has_tostring(L, index)) {
    session_push_table(L, index, path);
  } else if (lua_type(L, index) == LUA_TSTRING) {
    session_push_quoted(L, index);
  } else {
    const char *text = luaL_tolstring(L, index, &length);
    if (length <= SHOW_WIDTH && strchr(text, '\n') == NULL) return;
    lua_pop(L, 1);
    lua_pushstring(L, error_describe(L, index, description));
  }
}

static bool session_is_name(const char *s) {
  if (!isalpha((unsigned char)*s) && *s != '_') return false;
  while (isalnum((unsigned char)*s) || *s == '_') s++;
  return *s == '\0';
}

/* Pushes "name = " or "[key] = " for the key at the top, which it replaces. */
static void session_push_key(lua_State *L) {
  bool is_string = lua_type(L, -1) == LUA_TSTRING;
  if (is_string && session_is_name(lua_tostring(L, -1))) {
    lua_pushfstring(L, "%s = ", lua_tostring(L, -1));
    lua_replace(L, -2);
    return;
  }
  if (is_string)
    session_push_quoted(L, -1);
  else
    luaL_tolstring(L, -1, NULL);
  lua_pushfstring(L, "[%s] = ", lua_tostring(L, -1));
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/* Pushes the list of the texts of the items; returns how many belong to 1..n. */
static lua_Integer session_push_items(lua_State *L, int table, Path *path) {
  lua_Integer limit = path->depth > 1 ? SHOW_NESTED : SHOW_ITEMS, i = 0;
  lua_newtable(L);
  int items = lua_gettop(L), list = items + 1, item = items + 3;
  lua_Integer elements = session_count_elements(L, table);
  lua_Integer n = elements + session_sort_keys(L, table, elements);
  const Key *key = lua_touserdata(L, list + 1);
  for (; i < n && i < limit; i++, lua_settop(L, item - 1)) {
    if (i < elements) {
      lua_rawgeti(L, table, i + 1);
      session_push_item(L, item, path);
    } else {
      lua_rawgeti(L, list, key[i - elements].slot);
      lua_pushvalue(L, item);
      session_push_key(L);
      lua_insert(L, item);
      lua_rawget(L, table);
      session_push_item(L, item + 1, path);
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
static void session_join_items(lua_State *L, bool lines, lua_Integer elements) {
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
static void session_push_table(lua_State *L, int index, Path *path) {
  const void *table = lua_topointer(L, index);
  bool hidden = path->depth == SHOW_DEPTH;
  for (int i = 0; i < path->depth; i++) hidden = hidden || path->table[i] == table;
  if (hidden) {
    lua_pushliteral(L, "{...}");
    return;
  }
  luaL_checkstack(L, LUA_MINSTACK, "a value is too deep to show");
  path->table[path->depth++] = table;
  lua_Integer elements = session_push_items(L, index, path);
  path->depth--;
  lua_pushvalue(L, -1);
  session_join_items(L, false, elements);
  if (path->depth == 0 && lua_rawlen(L, -1) > SHOW_WIDTH) {
    lua_pop(L, 1);
    session_join_items(L, true, elements);
  } else {
    lua_remove(L, -2);
  }
}

/* Writes its arguments: in one line when each has one, else below each other. */
static int session_show(lua_State *L) {
  int n = lua_gettop(L);
  bool lines = false;
  luaL_checkstack(L, LUA_MINSTACK, "too many results to show");
  for (int i = 1; i <= n; i++) {
    Path path = {.depth = 0};
    if (lua_type(L, i) == LUA_TTABLE && !session_has_tostring(L, i))
      session_push_table(L, i, &path);
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

/* ---- reading a line ----------------------------------------------------------------- */

typedef enum { LINE_READ, LINE_CLEARED, LINE_END } LineResult;

static char *session_received; /* from readline; NULL: end of input */
static bool session_waiting;
static volatile sig_atomic_t session_resumed;

/* After a suspension the line is to be shown again. */
static void session_on_resume(int number) {
  (void)number;
  session_resumed = 1;
}

static void session_receive(char *line) {
  session_received = line;
  session_waiting = false;
  rl_callback_handler_remove(); /* the terminal is as before while the line runs */
}

/* Waits until there is a key or Ctrl-C. SIGINT is kept back between the question
** whether it came and the wait, or it could slip by. */
static bool session_wait_for_key(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  sigset_t interrupt, before;
  rl_check_signals(); /* readline's own: suspension, the size of the window */
  if (session_resumed) {
    session_resumed = 0;
    rl_forced_update_display();
  }
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  sigprocmask(SIG_BLOCK, &interrupt, &before);
  bool ready = !main_interrupted() && ppoll(&input, 1, NULL, &before) > 0;
  sigprocmask(SIG_SETMASK, &before, NULL);
  return ready;
}

/* Reads by readline's callbacks, which leave the waiting to us: a Ctrl-C ends it. */
static LineResult session_edit(const char *prompt, char **line) {
  session_waiting = true;
  session_resumed = 0;
  main_forget_interrupt();
  rl_callback_handler_install(prompt, session_receive);
  main_catch_interrupts(true); /* readline took SIGINT; the others it may have */
  while (session_waiting && !main_interrupted())
    if (session_wait_for_key()) rl_callback_read_char();
  if (session_waiting) {
    rl_callback_sigcleanup();
    rl_point = rl_end;
    rl_redisplay();
    fputs("^C\n", rl_outstream);
    rl_callback_handler_remove();
    return LINE_CLEARED;
  }
  *line = session_received;
  if (*line == NULL) putchar('\n');
  return *line != NULL ? LINE_READ : LINE_END;
}

static LineResult session_read_plain(char **line) {
  size_t room = 0;
  *line = NULL;
  main_forget_interrupt();
  fflush(stdout);
  ssize_t length = getline(line, &room, stdin);
  if (length > 0) {
    if ((*line)[length - 1] == '\n') (*line)[length - 1] = '\0';
    return LINE_READ;
  }
  free(*line);
  if (!main_interrupted() || feof(stdin)) return LINE_END;
  clearerr(stdin);
  return LINE_CLEARED;
}

/* Makes readline ours. What is bound before rl_initialize the user's inputrc may
** bind again. */
static void session_prepare_terminal(lua_State *L) {
  static const char *const keys[][2] = {{"\033[A", "\033[B"}, {"\033OA", "\033OB"}};
  setlocale(LC_CTYPE, ""); /* for readline to know the characters */
  rl_readline_name = "hecate";
  rl_catch_signals = 1;
  rl_persistent_signal_handlers = 1;
  rl_variable_bind("enable-bracketed-paste", "on");
  for (int i = 0; i < 2; i++) { /* arrows look for what is left of the cursor */
    rl_bind_keyseq(keys[i][0], rl_history_search_backward);
    rl_bind_keyseq(keys[i][1], rl_history_search_forward);
  }
  signal(SIGCONT, session_on_resume);
  complete_install(L);
  session_history_load();
  rl_initialize();
}

/* ---- the loop ------------------------------------------------------------------------ */

/* What is entered until it can run. */
typedef struct {
  char *text;      /* of malloc; NULL before the first line */
  bool incomplete; /* Lua only misses more of it */
} Block;

static bool session_on_terminal;

/* Compiles prefix..text and pushes the function or the message; notes whether that
** only misses more input: then it ends so. */
static int session_load(lua_State *L, const char *prefix, const char *text, Block *block) {
  static const char mark[] = "<eof>";
  size_t length;
  lua_pushfstring(L, "%s%s", prefix, text);
  int status =
      luaL_loadbufferx(L, lua_tostring(L, -1), lua_rawlen(L, -1), "=stdin", "t");
  lua_remove(L, -2);
  if (status != LUA_ERRSYNTAX) return status;
  const char *message = lua_tolstring(L, -1, &length);
  if (length >= sizeof mark - 1 && strcmp(message + length - (sizeof mark - 1), mark) == 0)
    block->incomplete = true;
  return status;
}

/* Takes the Block; returns its function or raises its syntax error. It is an
** expression if it can be; "=" in front says that it is. */
static int session_compile(lua_State *L) {
  Block *block = lua_touserdata(L, 1);
  bool only_expression = block->text[0] == '=';
  block->incomplete = false;
  int status = session_load(L, "return ", block->text + only_expression, block);
  if (status != LUA_OK && !only_expression) {
    lua_pop(L, 1);
    status = session_load(L, "", block->text, block);
  }
  return status == LUA_OK ? 1 : lua_error(L);
}

/* Adds a line, which it frees, to the block; false: no memory. */
static bool session_extend(Block *block, char *line) {
  size_t old = block->text != NULL ? strlen(block->text) + 1 : 0;
  char *joined = realloc(block->text, old + strlen(line) + 1);
  if (joined != NULL) {
    if (old > 0) joined[old - 1] = '\n';
    strcpy(joined + old, line);
    block->text = joined;
  }
  free(line);
  return joined != NULL;
}

/* Reads until the block is complete, wrong, or the input ends. When there is a
** block, 'status' is that of compiling it and the function or the message is
** pushed. */
static LineResult session_read_block(lua_State *L, Block *block, int *status) {
  int top = lua_gettop(L);
  do {
    char *line;
    const char *prompt = block->text == NULL ? "> " : ">> ";
    LineResult result =
        session_on_terminal ? session_edit(prompt, &line) : session_read_plain(&line);
    if (result != LINE_READ) return result;
    if (!session_extend(block, line)) return LINE_CLEARED;
    lua_settop(L, top);
    lua_pushcfunction(L, session_compile);
    lua_pushlightuserdata(L, block);
    *status = lua_pcall(L, 1, 1, 0);
  } while (*status != LUA_OK && block->incomplete);
  return LINE_READ;
}

static bool session_is_silenced(const char *text) {
  size_t n = strlen(text);
  while (n > 0 && isspace((unsigned char)text[n - 1])) n--;
  return n > 0 && text[n - 1] == ';';
}

/* Runs the function at the top and shows its results, or reports the error that is
** there instead. */
static void session_execute(lua_State *L, const char *text, int status) {
  int top = lua_gettop(L) - 1;
  if (status == LUA_OK) status = main_call(L, 0, LUA_MULTRET);
  int results = lua_gettop(L) - top;
  if (status == LUA_OK && results > 0 && !session_is_silenced(text) &&
      lua_checkstack(L, LUA_MINSTACK)) {
    lua_pushcfunction(L, session_show);
    lua_insert(L, top + 1);
    status = main_call(L, results, 0);
  }
  if (session_on_terminal && main_interrupted()) putchar('\n'); /* after its ^C */
  if (status != LUA_OK) main_report(L, NULL);
  lua_settop(L, top);
  fflush(stdout);
}

void session_run(lua_State *L) {
  LineResult result;
  int top = lua_gettop(L), status = LUA_OK;
  session_on_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  main_catch_interrupts(true);
  if (session_on_terminal) {
    session_prepare_terminal(L);
    main_print_version();
  }
  do {
    Block block = {NULL, false};
    result = session_read_block(L, &block, &status);
    if (block.text != NULL && result != LINE_CLEARED) {
      if (session_on_terminal) session_history_add(block.text);
      session_execute(L, block.text, status);
    }
    free(block.text);
    lua_settop(L, top);
  } while (result != LINE_END);
}
