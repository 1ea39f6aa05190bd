/* history.c: the history file. It has one block a line: a newline in the
** block is written "\n" and a backslash "\\". Each block is appended as soon as it
** is entered, so that nothing is lost with the process and sessions can share the
** file. Trouble is told once and ends the saving, never the session.
*/
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "editor.h"
#include "readline.h"

#define HISTORY_LIMIT 2000 /* blocks; the file is cut when it has twice as many */

static char history_path[PATH_MAX]; /* empty: no history is kept */

static void history_give_up(void) {
  fprintf(stderr, "hecate: the history is not saved: %s: %s\n", history_path,
          strerror(errno));
  history_path[0] = '\0';
}

static void history_find(void) {
  const char *path = getenv("HECATE_HISTORY"), *state = getenv("XDG_STATE_HOME");
  const char *home = getenv("HOME");
  int n = 0;
  size_t room = sizeof history_path;
  if (path != NULL)
    n = snprintf(history_path, room, "%s", path);
  else if (state != NULL && state[0] == '/') /* relative ones are to be ignored */
    n = snprintf(history_path, room, "%s/hecate/history", state);
  else if (home != NULL)
    n = snprintf(history_path, room, "%s/.local/state/hecate/history", home);
  if (n >= (int)room) history_path[0] = '\0';
}

/* Makes the folders of the file that are missing. */
static void history_make_folders(void) {
  for (char *slash = strchr(history_path + 1, '/'); slash != NULL;
       slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(history_path, 0700);
    *slash = '/';
  }
}

/* Decodes in place. */
static void history_decode(char *line) {
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
static char *history_encode(const char *block) {
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
static void history_shorten(int file) {
  off_t end = 0;
  for (int i = 0; i < history_length; i++) {
    char *line = history_encode(history_get(history_base + i)->line);
    size_t bytes = line != NULL ? strlen(line) : 0;
    bool written = line != NULL && pwrite(file, line, bytes, end) == (ssize_t)bytes;
    free(line);
    if (!written) return;
    end += (off_t)bytes;
  }
  if (ftruncate(file, end) != 0) history_give_up();
}

void history_load(void) {
  char *line = NULL;
  size_t room = 0;
  long blocks = 0;
  history_find();
  using_history();
  stifle_history(HISTORY_LIMIT);
  if (history_path[0] == '\0') return;
  FILE *in = fopen(history_path, "r+");
  if (in == NULL) {
    if (errno != ENOENT) history_give_up();
    return;
  }
  flock(fileno(in), LOCK_EX);
  for (; getline(&line, &room, in) > 0; blocks++) {
    history_decode(line);
    add_history(line);
  }
  free(line);
  if (blocks > 2 * HISTORY_LIMIT) history_shorten(fileno(in));
  fclose(in); /* gives up the lock */
}

static void history_save(const char *block) {
  char *line = history_encode(block);
  if (line == NULL) return;
  history_make_folders();
  int file = open(history_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  size_t bytes = strlen(line);
  if (file < 0 || flock(file, LOCK_EX) != 0 || write(file, line, bytes) != (ssize_t)bytes)
    history_give_up();
  if (file >= 0) close(file);
  free(line);
}

void history_keep(char *block) {
  size_t n = strlen(block);
  while (n > 0 && isspace((unsigned char)block[n - 1])) block[--n] = '\0';
  if (n == 0) return;
  HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1)
                                        : NULL;
  if (last != NULL && strcmp(last->line, block) == 0) return;
  add_history(block);
  if (history_path[0] != '\0') history_save(block);
}
