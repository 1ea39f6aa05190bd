/* session.c: the interactive session. A block is read until Lua finds it
** complete, compiled as an expression or else as statements, run, and its
** results are shown. session_edit.c reads the lines.
*/
#include <ctype.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

/* ---- the loop ------------------------------------------------------------ */

/* What is entered until it can run. */
typedef struct {
  char *text;      /* of malloc; NULL before the first line */
  bool incomplete; /* Lua only misses more of it */
} Block;

static bool session_on_terminal;

/* Compiles prefix..text and pushes the function or the message; notes whether that
** only misses more input: then it ends so. */
static int session_load(lua_State *L, const char *prefix, const char *text,
                        Block *block) {
  static const char mark[] = "<eof>";
  size_t length, tail = sizeof mark - 1;
  lua_pushfstring(L, "%s%s", prefix, text);
  int status =
      luaL_loadbufferx(L, lua_tostring(L, -1), lua_rawlen(L, -1), "=stdin", "t");
  lua_remove(L, -2);
  if (status != LUA_ERRSYNTAX) return status;
  const char *message = lua_tolstring(L, -1, &length);
  if (length >= tail && strcmp(message + length - tail, mark) == 0)
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
    if (!session_extend(block, line)) {
      fputs("not enough memory\n", stderr);
      return LINE_CLEARED;
    }
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
  if (status == LUA_OK) status = interrupt_call(L, 0, LUA_MULTRET);
  int results = lua_gettop(L) - top;
  if (status == LUA_OK && results > 0 && !session_is_silenced(text) &&
      lua_checkstack(L, LUA_MINSTACK)) {
    lua_pushcfunction(L, show_values);
    lua_insert(L, top + 1);
    status = interrupt_call(L, results, 0);
  }
  if (session_on_terminal && interrupt_came()) putchar('\n'); /* after its ^C */
  if (status != LUA_OK) main_report(L, NULL);
  lua_settop(L, top);
  fflush(stdout);
}

/* Help in the session: help(x) and apropos(text) as functions; a line such as "?torch.sum",
** which is no Lua, is answered in place of its syntax error. See lib/help. */
static bool session_help(lua_State *L, const char *code, const char *line) {
  int top = lua_gettop(L);
  int status = luaL_loadstring(L, code);
  lua_pushstring(L, line);
  if (status == LUA_OK) status = interrupt_call(L, 1, 1);
  bool answered = status == LUA_OK && lua_toboolean(L, -1);
  lua_settop(L, top);
  return answered;
}

void session_run(lua_State *L) {
  LineResult result;
  int top = lua_gettop(L), status = LUA_OK;
  session_on_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  interrupt_catch(true);
  session_help(L, "require('hecate.help').install(_G)", NULL);
  if (session_on_terminal) {
    session_prepare_terminal(L);
    main_print_version();
  }
  do {
    Block block = {NULL, false};
    result = session_read_block(L, &block, &status);
    if (block.text != NULL && result != LINE_CLEARED) {
      if (session_on_terminal) session_history_add(block.text);
      bool question = status != LUA_OK && strchr(block.text, '?') != NULL;
      if (!question || !session_help(L, "return require('hecate.help').answer(...)", block.text))
        session_execute(L, block.text, status);
    }
    free(block.text);
    lua_settop(L, top);
  } while (result != LINE_END);
}
