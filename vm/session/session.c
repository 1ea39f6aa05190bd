/* session.c: the interactive session. A block is read until it is complete and run by
** lib/hecate/session.lua, which shows its results. readline/edit.c reads blocks, plain.c lines.
*/
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"
#include "vm.h"

static bool session_on_terminal;
static const Editor *session_editor; /* NULL: lines are read plainly */
static const char session_object; /* its address: the registry's key of the session */

/* Calls the method of the session with the text; one result is pushed. */
static int session_call(lua_State *L, const char *method, const char *text) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &session_object);
  lua_getfield(L, -1, method);
  lua_insert(L, -2);
  lua_pushstring(L, text);
  return interrupt_call(L, 2, 1);
}

/* ---- reading ------------------------------------------------------------- */

/* Adds a line, which it frees, to the block; false: no memory. */
static bool session_extend(char **block, char *line) {
  size_t old = *block != NULL ? strlen(*block) + 1 : 0;
  char *joined = realloc(*block, old + strlen(line) + 1);
  if (joined != NULL) {
    if (old > 0) joined[old - 1] = '\n';
    strcpy(joined + old, line);
    *block = joined;
  }
  free(line);
  return joined != NULL;
}

/* Whether more lines may make the block one that runs. */
static bool session_is_incomplete(lua_State *L, const char *block) {
  bool good = session_call(L, "is_complete", block) == LUA_OK && lua_type(L, -1) == LUA_TSTRING;
  bool incomplete = good && strcmp(lua_tostring(L, -1), "incomplete") == 0;
  lua_pop(L, 1);
  return incomplete;
}

/* Pushes what stands before the first line of a block. */
static const char *session_push_prompt(lua_State *L) {
  int status = session_call(L, "prompt", "");
  const char *prompt = lua_tostring(L, -1);
  return status == LUA_OK && prompt != NULL ? prompt : "> ";
}

/* Reads until the block is complete, wrong, or the input ends; it is of malloc. */
static LineResult session_read_block(lua_State *L, char **block) {
  const char *first = session_push_prompt(L);
  do {
    char *line;
    const char *prompt = *block == NULL ? first : ">> ";
    LineResult result = session_editor != NULL ? session_editor->read(prompt, &line)
                                               : plain_read(session_on_terminal ? prompt : NULL, &line);
    if (result != LINE_READ) return result;
    if (!session_extend(block, line)) {
      fputs("not enough memory\n", stderr);
      return LINE_CLEARED;
    }
  } while (session_is_incomplete(L, *block));
  return LINE_READ;
}

/* session.read(), for the debugger: an input while a program is stopped. nil: the end of the input; false: Ctrl-C. */
static int session_read(lua_State *L) {
  char *block = NULL;
  LineResult result = session_read_block(L, &block);
  if (interrupt_came()) interrupt_drop(L);
  if (result == LINE_READ && session_editor != NULL) session_editor->remember(block);
  if (result == LINE_CLEARED) lua_pushboolean(L, false);
  else if (result == LINE_END) lua_pushnil(L);
  else lua_pushstring(L, block);
  free(block);
  return 1;
}

/* ---- the loop ------------------------------------------------------------ */

/* Errors of the block are told by 'run' itself; what arrives here is a Ctrl-C that came
** outside of it, or a lack of memory. Whether the block leaves the session. */
static bool session_execute(lua_State *L, const char *block) {
  int status = session_call(L, "run", block);
  bool leaves = status == LUA_OK && lua_istable(L, -1) && lua_getfield(L, -1, "leave") != LUA_TNIL;
  if (status != LUA_OK) {
    if (session_on_terminal && interrupt_came()) putchar('\n'); /* after its ^C */
    report_error(L, NULL);
  }
  fflush(stdout);
  return leaves;
}

/* At the end of the input: whether there was something else than the session to leave. */
static bool session_leave(lua_State *L) {
  bool left = session_call(L, "leave", "") == LUA_OK && lua_toboolean(L, -1);
  lua_pop(L, 1);
  return left;
}

/* Calls a function of lib/hecate/session/start.lua with the 'nargs' arguments at the top, which it pops; pushes its
** result. False: the error was told. */
static bool session_start_call(lua_State *L, const char *name, int nargs) {
  open_push_global(L, "require");
  lua_pushliteral(L, "hecate.session.start");
  int status = interrupt_call(L, 1, 1);
  if (status == LUA_OK) {
    lua_getfield(L, -1, name);
    lua_replace(L, -2);
    lua_insert(L, -nargs - 1);
    status = interrupt_call(L, nargs, 1);
  }
  if (status != LUA_OK) report_error(L, "hecate");
  return status == LUA_OK;
}

/* Pushes the session object, made by lib/hecate/session/start.lua; false, with nothing pushed:
** the error was told. */
static bool session_open(lua_State *L, bool with_rc) {
  lua_pushboolean(L, isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
  lua_pushboolean(L, with_rc);
  return session_start_call(L, "open", 2);
}

bool session_do_script(lua_State *L, const char *name, int nargs, bool with_rc) {
  int arguments = lua_gettop(L) - nargs + 1;
  if (!session_open(L, with_rc)) return false;
  lua_getfield(L, -1, "script");
  lua_insert(L, arguments);
  lua_insert(L, arguments + 1); /* method, session, arguments... */
  lua_pushstring(L, name);      /* NULL: nil */
  lua_insert(L, arguments + 2);
  int status = interrupt_call(L, nargs + 2, 1);
  if (status != LUA_OK) report_error(L, "hecate");
  bool good = status == LUA_OK && lua_toboolean(L, -1);
  if (status == LUA_OK) lua_pop(L, 1);
  return good;
}

void session_run(lua_State *L, bool with_rc) {
  LineResult result;
  session_on_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  interrupt_catch(true);
  if (session_on_terminal) {
    lua_pushstring(L, report_title());
    if (session_start_call(L, "banner", 1)) lua_pop(L, 1);
  }
  if (!session_open(L, with_rc)) return;
  lua_pushcfunction(L, session_read);
  lua_setfield(L, -2, "read");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &session_object);
  int top = lua_gettop(L);
#ifdef HECATE_WITH_READLINE
  if (session_on_terminal && session_editor == NULL) session_editor = edit_open(L);
#endif
  bool leaves = false;
  do {
    char *block = NULL;
    result = session_read_block(L, &block);
    if (block != NULL && result != LINE_CLEARED) {
      if (session_editor != NULL) session_editor->remember(block);
      leaves = session_execute(L, block);
    }
    free(block);
    lua_settop(L, top);
  } while (!leaves && (result != LINE_END || session_leave(L)));
}
