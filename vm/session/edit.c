/* edit.c: reading a block. On a terminal readline edits it, all its lines at once
** (keys.c, display.c); otherwise it is read line by line, plainly, and
** neither prompts nor escape sequences are written.
*/
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <lauxlib.h>
#include <readline/readline.h>

#include "session.h"

static char *session_received; /* from readline; NULL: end of input */
static bool session_waiting;
static volatile sig_atomic_t session_resumed, session_resized;
static bool session_pasting;
static int session_interrupt_key, session_suspend_key; /* Ctrl-C, Ctrl-Z; 0: none */

/* ---- what is shown below the prompt ------------------------------------------------- */

static lua_State *edit_state;

static int edit_restore_protected(lua_State *L) {
  bool erased = lua_toboolean(L, 1);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, "torch.utils.panel") != LUA_TTABLE) return 0; /* nobody has shown anything */
  lua_getfield(L, -1, "restore");
  lua_pushboolean(L, erased);
  lua_call(L, 1, 0);
  return 0;
}

/* Curves and progress bars, in a window whose size has changed. */
static void edit_restore_panel(bool erased) {
  lua_pushcfunction(edit_state, edit_restore_protected);
  lua_pushboolean(edit_state, erased);
  if (lua_pcall(edit_state, 1, 0, 0) != LUA_OK) lua_pop(edit_state, 1);
}

/* The panel begins below the last line of the block. */
static void edit_resized(void) {
  int point = rl_point;
  session_display_resized();
  rl_point = rl_end;
  session_display();
  fflush(rl_outstream);
  edit_restore_panel(true);
  rl_point = point;
  session_display();
}

/* ---- signals ---------------------------------------------------------------------- */

/* After a suspension the line is to be shown again. */
static void session_on_resume(int number) {
  (void)number;
  session_resumed = 1;
}

static void session_on_resize(int number) {
  (void)number;
  session_resized = 1;
}

static void session_receive(char *line) {
  session_received = line;
  session_waiting = false;
  rl_callback_handler_remove(); /* the terminal is as before while the line runs */
}

/* Waits until there is a key, Ctrl-C or something to show. The signals are kept back between the
** questions whether they came and the wait, or they could slip by. */
static bool session_wait_for_key(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  sigset_t signals, before;
  rl_check_signals(); /* readline's own, as suspension */
  bool resized = session_resized, resumed = session_resumed;
  session_resized = session_resumed = 0;
  if (resized) edit_resized();
  else if (resumed) rl_forced_update_display();
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGWINCH);
  sigaddset(&signals, SIGCONT);
  sigprocmask(SIG_BLOCK, &signals, &before);
  bool waits = !interrupt_came() && !session_resized && !session_resumed;
  bool ready = waits && ppoll(&input, 1, NULL, &before) > 0;
  sigprocmask(SIG_SETMASK, &before, NULL);
  return ready;
}

/* The terminal sends no signals while a line is edited, for a paste may hold their
** characters; as keys they are found here. A command that reads on, as a search does,
** gets the end of the input at Ctrl-C, and the loop of session_edit a key without effect. */
static int session_get_key(FILE *in) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  for (;;) {
    while (!session_wait_for_key())
      if (interrupt_came()) return RL_ISSTATE(RL_STATE_DISPATCHING) ? EOF : 0;
    int key = rl_getc(in);
    bool special = key > 0 && (key == session_interrupt_key || key == session_suspend_key);
    if (!special || (session_pasting && poll(&input, 1, 100) > 0)) return key;
    raise(key == session_interrupt_key ? SIGINT : SIGTSTP);
  }
}

static void session_prepare_input(int meta) {
  struct termios mode;
  rl_prep_terminal(meta);
  if (tcgetattr(STDIN_FILENO, &mode) != 0) return;
  if (mode.c_lflag & ISIG) {
    session_interrupt_key = mode.c_cc[VINTR];
    session_suspend_key = mode.c_cc[VSUSP];
  }
  mode.c_lflag &= ~(tcflag_t)ISIG;
  mode.c_iflag &= ~(tcflag_t)IXON; /* a Ctrl-S in a paste would stop the screen */
  tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
}

void session_read_paste(int count, int key) {
  session_pasting = true;
  rl_bracketed_paste_begin(count, key);
  session_pasting = false;
}

/* Reads by readline's callbacks, which leave the waiting to us: a Ctrl-C ends it. */
LineResult session_edit(const char *prompt, char **line) {
  session_waiting = true;
  session_resumed = session_resized = 0;
  interrupt_forget();
  edit_restore_panel(false);
  session_keys_begin();
  session_display_begin();
  signal(SIGWINCH, session_on_resize);
  rl_callback_handler_install(prompt, session_receive);
  interrupt_catch(true); /* readline took SIGINT; the others it may have */
  while (session_waiting && !interrupt_came())
    if (session_wait_for_key()) rl_callback_read_char();
  signal(SIGWINCH, SIG_DFL);
  if (session_waiting) {
    rl_callback_sigcleanup();
    rl_point = rl_end;
    session_display();
    fputs("^C\n", rl_outstream);
    rl_callback_handler_remove();
    return LINE_CLEARED;
  }
  *line = session_received;
  if (*line == NULL) putchar('\n');
  return *line != NULL ? LINE_READ : LINE_END;
}

LineResult session_read_plain(char **line) {
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
void session_prepare_terminal(lua_State *L) {
  setlocale(LC_CTYPE, ""); /* for readline to know the characters */
  edit_state = L;
  rl_readline_name = "hecate";
  rl_catch_signals = 1;
  rl_persistent_signal_handlers = 1;
  rl_getc_function = session_get_key;
  rl_prep_term_function = session_prepare_input;
  rl_variable_bind("enable-bracketed-paste", "on");
  rl_catch_sigwinch = 0; /* readline knows nothing of the prompts inside a block */
  signal(SIGCONT, session_on_resume);
  complete_install(L);
  session_history_load();
  session_keys_bind();
  rl_initialize();
  rl_redisplay_function = session_display; /* set before, readline takes the terminal for a dumb one */
  session_keys_install(L);
}
