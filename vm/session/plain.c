/* plain.c: reads line by line: from a file or a pipe, where nothing is written, or on a terminal where there is no
** readline.
*/
#include <stdio.h>
#include <stdlib.h>

#include "session.h"

LineResult plain_read(const char *prompt, char **line) {
  size_t room = 0;
  *line = NULL;
  interrupt_forget();
  if (prompt != NULL) {
    fputs(prompt, stdout);
    fflush(stdout);
  }
  ssize_t length = getline(line, &room, stdin);
  if (length > 0) {
    if ((*line)[length - 1] == '\n') (*line)[length - 1] = '\0';
    return LINE_READ;
  }
  free(*line);
  *line = NULL;
  if (prompt != NULL) putchar('\n');
  if (!interrupt_came() || feof(stdin)) return LINE_END;
  clearerr(stdin);
  return LINE_CLEARED;
}
