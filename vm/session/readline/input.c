/* input.c: waits for keys, and finds Ctrl-C, Ctrl-Z, suspension and changes of the window among them. */
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "editor.h"
#include "readline.h"
#include "session/session.h"

static volatile sig_atomic_t input_resumed, input_resized;
static bool input_pasting;
static int input_interrupt_key, input_suspend_key; /* Ctrl-C, Ctrl-Z; 0: none */

/* The panel begins below the last line of the block. */
static void input_show_resized(void) {
  int point = rl_point;
  display_resized();
  rl_point = rl_end;
  display_show();
  fflush(rl_outstream);
  panel_restore(true);
  rl_point = point;
  display_show();
}

/* After a suspension the line is to be shown again. */
static void input_on_resume(int number) {
  (void)number;
  input_resumed = 1;
}

static void input_on_resize(int number) {
  (void)number;
  input_resized = 1;
}

/* The signals are kept back between the questions whether they came and the wait, or they could slip by. */
bool input_wait(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  sigset_t signals, before;
  rl_check_signals(); /* readline's own, as suspension */
  bool resized = input_resized, resumed = input_resumed;
  input_resized = input_resumed = 0;
  if (resized) input_show_resized();
  else if (resumed) paint_forget(), rl_forced_update_display();
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGWINCH);
  sigaddset(&signals, SIGCONT);
  sigprocmask(SIG_BLOCK, &signals, &before);
  bool waits = !interrupt_came() && !input_resized && !input_resumed;
  bool ready = waits && ppoll(&input, 1, NULL, &before) > 0;
  sigprocmask(SIG_SETMASK, &before, NULL);
  return ready;
}

/* What readline gets in place of a key after Ctrl-C, with the word that its loop is to end: the loop itself a key
** without effect, a command that reads on until it has an answer the end of the input. The loop asks again where no
** command is bound to that key. */
static int input_interrupted(void) {
  bool again = rl_done;
  rl_done = 1;
  return RL_ISSTATE(RL_STATE_READCMD) && !again ? 0 : EOF;
}

/* The terminal sends no signals while a line is edited, for a paste may hold their characters; as keys they are found
** here. */
static int input_get_key(FILE *in) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  for (;;) {
    while (!input_wait())
      if (interrupt_came()) return input_interrupted();
    int key = rl_getc(in);
    paint_withdraw();
    bool special = key > 0 && (key == input_interrupt_key || key == input_suspend_key);
    if (!special || (input_pasting && poll(&input, 1, 100) > 0)) return key;
    raise(key == input_interrupt_key ? SIGINT : SIGTSTP);
  }
}

static void input_prepare(int meta) {
  struct termios mode;
  rl_prep_terminal(meta);
  if (tcgetattr(STDIN_FILENO, &mode) != 0) return;
  if (mode.c_lflag & ISIG) {
    input_interrupt_key = mode.c_cc[VINTR];
    input_suspend_key = mode.c_cc[VSUSP];
  }
  mode.c_lflag &= ~(tcflag_t)ISIG;
  mode.c_iflag &= ~(tcflag_t)IXON; /* a Ctrl-S in a paste would stop the screen */
  tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
}

/* Before the cursor leaves the block. */
static void input_restore(void) {
  if (interrupt_came()) {
    display_last();
    fputs("^C\n", rl_outstream);
  }
  rl_deprep_terminal();
}

/* readline has just taken SIGINT; the other signals it may have. */
static int input_take_interrupts(void) {
  interrupt_catch(true);
  return 0;
}

void input_read_paste(int count, int key) {
  input_pasting = true;
  rl_bracketed_paste_begin(count, key);
  input_pasting = false;
}

void input_begin(void) {
  input_resumed = input_resized = 0;
  rl_clear_pending_input(); /* of a block that Ctrl-C ended */
  signal(SIGWINCH, input_on_resize);
}

void input_end(void) {
  signal(SIGWINCH, SIG_DFL);
  interrupt_catch(true);
}

void input_install(void) {
  rl_getc_function = input_get_key;
  rl_prep_term_function = input_prepare;
  rl_deprep_term_function = input_restore;
  rl_startup_hook = input_take_interrupts;
  rl_catch_sigwinch = 0; /* readline knows nothing of the prompts inside a block */
  signal(SIGCONT, input_on_resume);
}
