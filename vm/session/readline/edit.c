/* edit.c: the editor of the session: readline edits a block, all its lines at once (keys.c, display.c). */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "editor.h"
#include "readline.h"
#include "session/session.h"

/* Ctrl-C ends the block also where it came with the Enter. */
static LineResult edit_read(const char *prompt, char **line) {
  interrupt_forget();
  panel_restore(false);
  keys_begin();
  display_begin();
  input_begin();
  char *text = readline(prompt);
  input_end();
  if (interrupt_came()) {
    free(text);
    return LINE_CLEARED;
  }
  *line = text;
  if (text == NULL) putchar('\n');
  return text != NULL ? LINE_READ : LINE_END;
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
  rl_variable_bind("enable-bracketed-paste", "on");
  input_install();
  complete_install(L);
  history_load();
  keys_bind();
  rl_initialize();
  rl_redisplay_function = display_show; /* set before, readline takes the terminal for a dumb one */
  keys_install(L);
  paint_install(L);
  return &editor;
}
