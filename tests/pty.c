/* pty.c: for specs: runs a program in a terminal of its own and does to it what a script says, one command a line:
**
**   send TEXT      writes TEXT, when the program has read what was written before; where that was at a prompt, when it
**                  waits at one again (or computes: half a second later)
**   expect TEXT    waits until the program has written TEXT, behind what was expected before
**   size C R       makes the window C columns wide and R rows high
**   signal N       sends the signal to the program
**   hangup         takes the terminal away
**   exit N         waits until the program ends with exit code N, or by the signal -N
**
**     pty SCRIPT PROGRAM ARGUMENTS...
**
** In TEXT "\xHH" is a byte. All that the program has written goes to stdout. The first command that fails ends it with
** a line on stderr and exit code 1. HECATE_TEST_DEADLINE (60) is how many seconds a command waits.
*/
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static struct {
  int master, slave; /* the ends of the terminal; -1: closed */
  pid_t program;
  char *text; /* all that it wrote */
  size_t length, room, expected;
  int line; /* of the script */
  bool prompted; /* the last text was sent to a prompt */
  double deadline;
} pty = {.master = -1, .slave = -1};

static double pty_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static _Noreturn void pty_fail(const char *what, const char *about) {
  fwrite(pty.text, 1, pty.length, stdout);
  fprintf(stderr, "line %d of the script: %s%s\n", pty.line, what, about);
  if (pty.program > 0) kill(pty.program, SIGKILL);
  exit(1);
}

/* Takes what the program has written; waits for that at most a moment. False: it writes no more. */
static bool pty_read(void) {
  struct pollfd ready = {pty.master, POLLIN, 0};
  if (poll(&ready, 1, 10) <= 0) return true;
  if (pty.length + 4096 >= pty.room) {
    pty.room = 2 * pty.room + 8192;
    pty.text = realloc(pty.text, pty.room);
    if (pty.text == NULL) abort();
  }
  ssize_t n = read(pty.master, pty.text + pty.length, 4096);
  if (n <= 0) return false;
  pty.length += (size_t)n;
  return true;
}

/* Decodes in place; returns the length. */
static size_t pty_decode(char *text) {
  char *out = text;
  for (const char *in = text; *in != '\0'; out++) {
    unsigned byte;
    if (sscanf(in, "\\x%2x", &byte) == 1) {
      *out = (char)byte;
      in += 4;
    } else {
      *out = *in++;
    }
  }
  *out = '\0';
  return (size_t)(out - text);
}

/* ---- commands ------------------------------------------------------------------------ */

/* Whether the terminal sends no signals, as while a line is edited. */
static bool pty_is_raw(void) {
  struct termios mode;
  return tcgetattr(pty.slave, &mode) == 0 && !(mode.c_lflag & ISIG);
}

/* Whether the program sleeps then: it waits for keys. */
static bool pty_at_prompt(void) {
  char path[64], text[512];
  if (!pty_is_raw()) return false;
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pty.program);
  FILE *stat = fopen(path, "r");
  if (stat == NULL) return false;
  const bool read = fgets(text, sizeof text, stat) != NULL;
  fclose(stat);
  const char *name_end = read ? strrchr(text, ')') : NULL;
  return name_end != NULL && name_end[2] == 'S';
}

/* Between two prompts a Ctrl-C is a signal, which another one before it swallows: no person is so quick. */
static void pty_wait_for_prompt(void) {
  const double last = pty_clock() + 0.5;
  for (int times = 0; times < 3 && pty_clock() < last;) {
    const size_t before = pty.length;
    pty_read();
    times = pty.length == before && pty_at_prompt() ? times + 1 : 0;
  }
}

/* A program that does not read, as it computes, is waited for a second only. */
static void pty_send(char *text) {
  size_t n = pty_decode(text);
  double last = pty_clock() + 1;
  int unread = 1;
  while (ioctl(pty.slave, FIONREAD, &unread) == 0 && unread > 0 && pty_clock() < last) pty_read();
  if (pty.prompted) pty_wait_for_prompt();
  pty.prompted = pty_is_raw();
  if (write(pty.master, text, n) != (ssize_t)n) pty_fail("cannot write ", text);
}

static void pty_expect(char *text) {
  double last = pty_clock() + pty.deadline;
  size_t n = pty_decode(text);
  for (bool open = true;;) {
    const char *from = pty.text + pty.expected;
    const char *found = pty.text != NULL ? memmem(from, pty.length - pty.expected, text, n) : NULL;
    if (found != NULL) {
      pty.expected = (size_t)(found - pty.text) + n;
      return;
    }
    if (!open || pty_clock() > last) pty_fail("the program does not write: ", text);
    open = pty_read();
  }
}

static void pty_wait(int wanted) {
  double last = pty_clock() + pty.deadline;
  char what[64];
  int status;
  while (waitpid(pty.program, &status, WNOHANG) == 0) {
    if (pty_clock() > last) pty_fail("the program goes on", "");
    if (pty.master >= 0) pty_read();
    else poll(NULL, 0, 10);
  }
  int unread = 0; /* what it has written at its end */
  while (pty.master >= 0 && ioctl(pty.master, FIONREAD, &unread) == 0 && unread > 0) pty_read();
  int got = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  pty.program = 0;
  snprintf(what, sizeof what, "%d", got);
  if (got != wanted) pty_fail("the program ended with ", what);
}

static void pty_hangup(void) {
  close(pty.slave);
  close(pty.master);
  pty.slave = pty.master = -1;
}

static void pty_resize(int columns, int rows) {
  struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
  ioctl(pty.master, TIOCSWINSZ, &size);
}

static void pty_obey(char *line) {
  int a, b;
  line[strcspn(line, "\n")] = '\0';
  if (strncmp(line, "send ", 5) == 0) pty_send(line + 5);
  else if (strncmp(line, "expect ", 7) == 0) pty_expect(line + 7);
  else if (sscanf(line, "size %d %d", &a, &b) == 2) pty_resize(a, b);
  else if (sscanf(line, "signal %d", &a) == 1) kill(pty.program, a);
  else if (strcmp(line, "hangup") == 0) pty_hangup();
  else if (sscanf(line, "exit %d", &a) == 1) pty_wait(a);
  else pty_fail("no command: ", line);
}

/* ---- the program --------------------------------------------------------------------- */

static void pty_start(char **command) {
  pty.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (pty.master < 0 || grantpt(pty.master) != 0 || unlockpt(pty.master) != 0) pty_fail("no terminal", "");
  pty.slave = open(ptsname(pty.master), O_RDWR | O_NOCTTY | O_CLOEXEC);
  pty_resize(80, 24);
  pty.program = fork();
  if (pty.program != 0) return;
  setsid();
  int terminal = open(ptsname(pty.master), O_RDWR); /* it controls the program */
  for (int fd = 0; fd <= 2; fd++) dup2(terminal, fd);
  if (terminal > 2) close(terminal);
  execvp(command[0], command);
  perror(command[0]);
  _exit(127);
}

int main(int argc, char **argv) {
  const char *deadline = getenv("HECATE_TEST_DEADLINE");
  char *line = NULL;
  size_t room = 0;
  FILE *script = argc > 2 ? fopen(argv[1], "r") : NULL;
  if (script == NULL) return fputs("usage: pty SCRIPT PROGRAM ARGUMENTS...\n", stderr), 2;
  pty.deadline = deadline != NULL ? atof(deadline) : 60;
  pty_start(argv + 2);
  while (getline(&line, &room, script) > 0) {
    pty.line++;
    pty_obey(line);
  }
  free(line);
  if (pty.program > 0) kill(pty.program, SIGKILL);
  fwrite(pty.text, 1, pty.length, stdout);
  return 0;
}
