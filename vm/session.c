/* session.c: the interactive session. A block is read until Lua finds it
** complete, compiled as an expression or else as statements, run, and its
** results are shown. On a terminal readline edits the lines; otherwise they are
** read plainly and neither prompts nor escape sequences are written.
*/
#include <ctype.h>
#include <lauxlib.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/readline.h>

#include "session.h"

/* ---- reading a line ------------------------------------------------------ */

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
  bool ready = !interrupt_came() && ppoll(&input, 1, NULL, &before) > 0;
  sigprocmask(SIG_SETMASK, &before, NULL);
  return ready;
}

/* Reads by readline's callbacks, which leave the waiting to us: a Ctrl-C ends it. */
static LineResult session_edit(const char *prompt, char **line) {
  session_waiting = true;
  session_resumed = 0;
  interrupt_forget();
  rl_callback_handler_install(prompt, session_receive);
  interrupt_catch(true); /* readline took SIGINT; the others it may have */
  while (session_waiting && !interrupt_came())
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
  interrupt_forget();
  fflush(stdout);
  ssize_t length = getline(line, &room, stdin);
  if (length > 0) {
    if ((*line)[length - 1] == '\n') (*line)[length - 1] = '\0';
    return LINE_READ;
  }
  free(*line);
  if (!interrupt_came() || feof(stdin)) return LINE_END;
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

void session_run(lua_State *L) {
  LineResult result;
  int top = lua_gettop(L), status = LUA_OK;
  session_on_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  interrupt_catch(true);
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
