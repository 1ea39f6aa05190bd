/* edit.c: the editor of the session: readline edits a block, all its lines at once (keys.c, display.c). */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "editor.h"
#include "readline.h"
#include "session/session.h"

static char *edit_received; /* from readline; NULL: end of input */
static bool edit_waiting;

static void edit_receive(char *line) {
  edit_received = line;
  edit_waiting = false;
  rl_callback_handler_remove(); /* the terminal is as before while the line runs */
}

/* Reads by readline's callbacks, which leave the waiting to us: a Ctrl-C ends it. */
static LineResult edit_read(const char *prompt, char **line) {
  edit_waiting = true;
  interrupt_forget();
  panel_restore(false);
  keys_begin();
  display_begin();
  input_begin();
  rl_callback_handler_install(prompt, edit_receive);
  interrupt_catch(true); /* readline took SIGINT; the others it may have */
  while (edit_waiting && !interrupt_came())
    if (input_wait()) rl_callback_read_char();
  signal(SIGWINCH, SIG_DFL);
  if (edit_waiting) {
    rl_callback_sigcleanup();
    rl_point = rl_end;
    display_show();
    fputs("^C\n", rl_outstream);
    rl_callback_handler_remove();
    return LINE_CLEARED;
  }
  *line = edit_received;
  if (*line == NULL) putchar('\n');
  return *line != NULL ? LINE_READ : LINE_END;
}

/* Makes readline ours. What is bound before rl_initialize the user's inputrc may bind again. */
const Editor *edit_open(lua_State *L) {
  static const Editor editor = {edit_read, history_keep};
  char reason[512];
  if (!readline_open(reason, sizeof reason)) {
    fprintf(stderr, "hecate: lines are read without editing: %s\n", reason);
    return NULL;
  }
  setlocale(LC_CTYPE, ""); /* for readline to know the characters */
  panel_install(L);
  rl_readline_name = "hecate";
  rl_catch_signals = 1;
  rl_persistent_signal_handlers = 1;
  rl_variable_bind("enable-bracketed-paste", "on");
  input_install();
  complete_install(L);
  history_load();
  keys_bind();
  rl_initialize();
  rl_redisplay_function = display_show; /* set before, readline takes the terminal for a dumb one */
  keys_install(L);
  return &editor;
}
