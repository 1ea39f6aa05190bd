/* display.c: how a block of several lines looks while it is edited. readline
** shows a line with newlines as it is. We hand it another text to show, in which each
** further line begins with a prompt, and of a block taller than the window only the
** lines around the cursor.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "editor.h"
#include "readline.h"

#define CONTINUED ">> "

/* What readline was given last; room grows and stays. */
static struct {
  char *text, *classes; /* classes: of paint.c */
  size_t room;
  int end, point, mark;
} shown;

static int display_rows, display_columns; /* of the window, at the last display */
static int display_top;                   /* the first line of the block that is shown */
static bool display_partial;              /* not all of the block is shown */

static void display_measure(void) {
  rl_reset_screen_size();
  rl_get_screen_size(&display_rows, &display_columns);
  if (display_rows < 2) display_rows = 24;
  if (display_columns < 2) display_columns = 80;
}

void display_begin(void) {
  display_measure(); /* the size may have changed while the last block ran */
  display_top = 0;
  display_partial = false;
  shown.end = shown.point = 0;
  paint_forget();
}

/* How many columns 'n' bytes take that begin in column 'column'. */
static int display_width(const char *text, int n, int column) {
  mbstate_t state = {0};
  int start = column;
  while (n > 0) {
    wchar_t wide;
    size_t bytes = mbrtowc(&wide, text, (size_t)n, &state);
    if (bytes == 0 || bytes > (size_t)n) { /* no character */
      memset(&state, 0, sizeof state);
      bytes = 1;
      wide = L'?';
    }
    int width = wcwidth(wide);
    if (wide == L'\t') column += 8 - column % 8;
    else column += width >= 0 ? width : 2; /* ^X */
    text += bytes;
    n -= (int)bytes;
  }
  return column - start;
}

static int display_prompt_width(void) {
  return display_width(rl_display_prompt, (int)strlen(rl_display_prompt), 0);
}

/* Where the line that begins at 'from' ends: its newline or 'end'. */
static int display_line_end(const char *text, int from, int end) {
  const char *newline = memchr(text + from, '\n', (size_t)(end - from));
  return newline != NULL ? (int)(newline - text) : end;
}

/* The rows of the window that a line takes, with the prompt in front of it. */
static int display_line_rows(const char *text, int from, int to, int prompt) {
  return (prompt + display_width(text + from, to - from, prompt)) / display_columns + 1;
}

/* Goes to the first row of what is shown, arranged for the window as it is now, and clears it. */
static void display_clear(void) {
  int above = 0, prompt = display_prompt_width();
  for (int from = 0;;) {
    int to = display_line_end(shown.text, from, shown.end);
    if (to >= shown.point) {
      above += display_line_rows(shown.text, from, shown.point, prompt) - 1;
      break;
    }
    above += display_line_rows(shown.text, from, to, prompt);
    prompt = 0; /* it is in the text */
    from = to + 1;
  }
  fputs("\r", rl_outstream);
  if (above > 0) fprintf(rl_outstream, "\033[%dA", above);
  fputs("\0337\033[K\033[B\033[J\0338", rl_outstream); /* \033[J from the first row on, tmux keeps what was there */
}

/* Moves the first line that is shown so that the cursor is in the window; returns its
** place in the buffer, and the end of the last line in '*end'. */
static int display_choose(int *end) {
  enum { MAX_ROWS = 1000 };
  int start[MAX_ROWS], lines = 0, line = 0, rows = 0, from, to, prompt = sizeof CONTINUED - 1;
  *end = rl_end;
  for (from = 0; from <= rl_point; from = to + 1, line++) { /* the last lines up to the cursor's */
    to = display_line_end(rl_line_buffer, from, rl_end);
    start[line % MAX_ROWS] = from;
  }
  int cursor = line - 1;
  if (display_top > cursor) display_top = cursor;
  for (line = cursor; line >= display_top && line > cursor - MAX_ROWS; line--) {
    from = start[line % MAX_ROWS];
    rows += display_line_rows(rl_line_buffer, from, display_line_end(rl_line_buffer, from, rl_end), prompt);
    if (rows >= display_rows && lines > 0) break;
    lines++;
  }
  display_top = cursor - lines + 1;
  for (from = start[cursor % MAX_ROWS]; rows < display_rows; from = to + 1) {
    to = display_line_end(rl_line_buffer, from, rl_end);
    if (from > start[cursor % MAX_ROWS]) rows += display_line_rows(rl_line_buffer, from, to, prompt);
    if (rows >= display_rows && from > start[cursor % MAX_ROWS]) break;
    *end = to;
    if (to == rl_end) break;
  }
  return start[display_top % MAX_ROWS];
}

/* Makes room for 'needed' bytes. */
static bool display_grow(size_t needed) {
  if (needed <= shown.room) return true;
  char *text = realloc(shown.text, 2 * needed), *classes = realloc(shown.classes, 2 * needed);
  if (text != NULL) shown.text = text;
  if (classes != NULL) shown.classes = classes;
  if (text == NULL || classes == NULL) return false;
  shown.room = 2 * needed;
  return true;
}

/* Copies buffer[from, to), and the classes of its bytes (NULL: none), with the prompts; false: no memory. */
static bool display_fill(int from, int to, const char *classes) {
  size_t newlines = 0, prompt = sizeof CONTINUED - 1;
  for (int i = from; i < to; i++) newlines += rl_line_buffer[i] == '\n';
  if (!display_grow((size_t)(to - from) + newlines * prompt + 1)) return false;
  int out = 0;
  for (int i = from; i <= to; i++) {
    if (i == rl_point || i == from) shown.point = out;
    if (i == rl_mark || i == from) shown.mark = out;
    if (i == to) break;
    shown.classes[out] = classes != NULL ? classes[i] : ' ';
    shown.text[out++] = rl_line_buffer[i];
    if (rl_line_buffer[i] != '\n') continue;
    memset(shown.classes + out, ' ', prompt);
    memcpy(shown.text + out, CONTINUED, prompt);
    out += (int)prompt;
  }
  shown.text[out] = '\0';
  shown.end = out;
  return true;
}

static void display_block(bool offer) {
  char *buffer = rl_line_buffer;
  int point = rl_point, end = rl_end, mark = rl_mark, to;
  const char *classes = paint_prepare(offer);
  int from = display_choose(&to);
  display_partial = from > 0 || to < end;
  bool filled = display_fill(from, to, classes);
  if (filled) {
    rl_line_buffer = shown.text;
    rl_point = shown.point;
    rl_end = shown.end;
    rl_mark = shown.mark;
  }
  rl_redisplay();
  rl_line_buffer = buffer;
  rl_point = point;
  rl_end = end;
  rl_mark = mark;
  if (filled && classes != NULL)
    paint_over(&(PaintedText){shown.text, shown.classes, shown.end, shown.point, display_prompt_width(),
                              display_columns});
  else
    paint_forget();
}

/* In place of rl_redisplay. */
void display_show(void) { display_block(true); }

void display_last(void) {
  paint_withdraw();
  rl_point = rl_end;
  display_block(false);
}

void display_resized(void) {
  display_measure();
  paint_forget();
  if (shown.text != NULL) display_clear();
  rl_forced_update_display(); /* from where the cursor is */
}

/* readline itself shows no more than a window holds. */
void display_whole(void) {
  display_last();
  if (!display_partial) return;
  display_clear();
  if (display_fill(0, rl_end, NULL)) fprintf(rl_outstream, "%s%s\n", rl_display_prompt, shown.text);
  rl_on_new_line();
}
