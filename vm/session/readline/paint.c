/* paint.c: colours while a block is typed, the bracket that belongs to the one at the cursor, and behind the cursor how
** a block of the history goes on that begins like this one. readline shows the text (display.c); then the same
** characters are written over it in colours and the cursor is put back, so that readline's account of the screen stays
** right. Only plain editing is painted: in searches, in the mode of vi and on terminals that cannot, all is readline's.
** What the colours are is in lib/hecate/session/paint.lua.
*/
#include <lauxlib.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "editor.h"
#include "readline.h"
#include "vm.h"

static lua_State *paint_state;
static bool paint_able;     /* the terminal and the user's inputrc allow it */
static char *paint_classes; /* of the block, of malloc */
static char *paint_rest;    /* how a block of the history goes on in its line, of malloc; NULL: none */
static bool paint_offered;  /* that stands behind the cursor */

/* What was painted last. */
static struct {
  char *text, *classes; /* of malloc; NULL: nothing that could be relied on */
  int length, columns;
} painted;

/* ---- what to paint ----------------------------------------------------------------------- */

/* paint_ask(point) -> classes: those of the block with the cursor behind 'point' bytes. */
static int paint_ask(lua_State *L) {
  open_push_global(L, "require");
  lua_pushliteral(L, "hecate.session.paint");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "classes");
  lua_pushlstring(L, rl_line_buffer, (size_t)rl_end);
  lua_pushvalue(L, 1);
  lua_call(L, 2, 1);
  return 1;
}

/* Whether more keys have arrived already. Then nothing is painted now: readline shows what those keys do, and the
** colours come after the last one. */
static bool paint_is_late(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  return poll(&input, 1, 0) > 0;
}

static bool paint_is_plain(void) {
  enum { OTHER = RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG | RL_STATE_METANEXT };
  enum { EMACS = 1 };
  return paint_able && rl_editing_mode == EMACS && !RL_ISSTATE(OTHER) && !paint_is_late();
}

/* The newest block of the history that begins with the text and goes on in its line. */
static void paint_find_rest(void) {
  if (rl_point != rl_end || rl_end == 0) return;
  for (int i = history_length - 1; i >= 0 && paint_rest == NULL; i--) {
    HIST_ENTRY *entry = history_get(history_base + i);
    if (entry == NULL || strncmp(entry->line, rl_line_buffer, (size_t)rl_end) != 0) continue;
    size_t n = strcspn(entry->line + rl_end, "\n");
    if (n > 0) paint_rest = strndup(entry->line + rl_end, n);
  }
}

const char *paint_prepare(bool offer) {
  enum { PAINT_NOWHERE = -2 }; /* no bracket is at the cursor of a block that has been entered */
  lua_State *L = paint_state;
  free(paint_classes);
  free(paint_rest);
  paint_classes = paint_rest = NULL;
  if (!paint_is_plain()) return NULL;
  lua_pushcfunction(L, paint_ask);
  lua_pushinteger(L, offer ? rl_point : PAINT_NOWHERE);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) == (size_t)rl_end)
    paint_classes = strdup(lua_tostring(L, -1));
  lua_pop(L, 1);
  if (paint_classes != NULL && offer) paint_find_rest();
  return paint_classes;
}

/* ---- where the characters stand ------------------------------------------------------------- */

typedef struct {
  int row, column;  /* where the next character stands, and the cursor */
  int bytes, width; /* of the character that was passed last */
} PaintPlace;

/* Passes the character at 'text'. False: it is one of which only readline knows how it looks. */
static bool paint_pass(PaintPlace *at, const char *text, int left, int columns) {
  mbstate_t state = {0};
  wchar_t wide;
  if (*text == '\n') {
    at->row++;
    at->column = at->width = 0;
    return (at->bytes = 1);
  }
  size_t bytes = mbrtowc(&wide, text, (size_t)left, &state);
  if (bytes == 0 || bytes > (size_t)left) return false;
  at->bytes = (int)bytes;
  at->width = wcwidth(wide);
  if (at->width < 1) return false;
  if (at->column + at->width > columns) at->row++, at->column = 0;
  at->column += at->width;
  return true;
}

/* The cursor is never behind the last column. */
static void paint_wrap(PaintPlace *at, int columns) {
  if (at->column >= columns) {
    at->row += at->column / columns;
    at->column %= columns;
  }
}

/* The place behind the first 'n' bytes. */
static bool paint_find(const PaintedText *shown, int n, PaintPlace *at) {
  *at = (PaintPlace){.column = shown->prompt};
  paint_wrap(at, shown->columns);
  for (int i = 0; i < n; i += at->bytes) {
    if (!paint_pass(at, shown->text + i, shown->length - i, shown->columns)) return false;
    paint_wrap(at, shown->columns);
  }
  return true;
}

/* ---- painting ------------------------------------------------------------------------------ */

static const char *paint_code(char class) {
  switch (class) {
    case 'k':
    case 'b': return "\033[35m";
    case 's': return "\033[32m";
    case 'n': return "\033[36m";
    case 'f': return "\033[34m";
    case 'c': return "\033[2m";
    case 'm': return "\033[1;4m";
    default: return "";
  }
}

/* Moves the cursor from row 'from' to a place. */
static void paint_go(int from, int row, int column) {
  fputs("\r", rl_outstream);
  if (row < from) fprintf(rl_outstream, "\033[%dA", from - row);
  if (row > from) fprintf(rl_outstream, "\033[%dB", row - from);
  if (column > 0) fprintf(rl_outstream, "\033[%dC", column);
}

/* From where on 'shown' differs from what was painted; 0: all is to be painted. Commands other than these may have made
** readline write the whole text anew. */
static int paint_first_change(const PaintedText *shown) {
  bool narrow = rl_last_func == rl_insert || rl_last_func == rl_rubout;
  int i = 0;
  if (!narrow || painted.text == NULL || painted.columns != shown->columns) return 0;
  while (i < shown->length && i < painted.length && shown->text[i] == painted.text[i] &&
         shown->classes[i] == painted.classes[i])
    i++;
  while (i > 0 && ((unsigned char)shown->text[i] & 0xC0) == 0x80) i--;
  return i;
}

/* Writes text[first, length) in its colours; 'row' is the row of the cursor. Returns where the cursor is to be then. */
static PaintPlace paint_text(const PaintedText *shown, int first, int *row) {
  PaintPlace at;
  char class = ' ';
  paint_find(shown, first, &at);
  paint_go(*row, at.row, at.column);
  *row = at.row;
  for (int i = first; i < shown->length; i += at.bytes) {
    paint_pass(&at, shown->text + i, shown->length - i, shown->columns);
    if (at.row != *row) paint_go(*row, at.row, at.column - at.width);
    *row = at.row;
    if (shown->text[i] != '\n') {
      if (shown->classes[i] != class) fprintf(rl_outstream, "\033[0m%s", paint_code(shown->classes[i]));
      class = shown->classes[i];
      fwrite(shown->text + i, 1, (size_t)at.bytes, rl_outstream);
    }
    paint_wrap(&at, shown->columns);
  }
  fputs("\033[0m", rl_outstream);
  return at;
}

/* Writes how the block goes on in the history, as far as the row has room. */
static void paint_offer(const PaintedText *shown, PaintPlace end, int row) {
  PaintPlace at = {.column = end.column};
  int n = 0, left = (int)strlen(paint_rest);
  while (n < left && paint_pass(&at, paint_rest + n, left - n, shown->columns - 1) && at.row == 0) n += at.bytes;
  paint_go(row, end.row, end.column);
  fprintf(rl_outstream, "\033[2m%.*s\033[0m\033[K", n, paint_rest);
  paint_offered = true;
}

void paint_forget(void) {
  free(painted.text);
  painted.text = NULL;
}

static void paint_note(const PaintedText *shown) {
  paint_forget();
  free(painted.classes);
  painted.classes = malloc((size_t)shown->length + 1);
  painted.text = malloc((size_t)shown->length + 1);
  painted.length = shown->length;
  painted.columns = shown->columns;
  if (painted.text == NULL || painted.classes == NULL) return paint_forget();
  memcpy(painted.text, shown->text, (size_t)shown->length);
  memcpy(painted.classes, shown->classes, (size_t)shown->length);
}

/* Whether text[first, length) is as readline has just written it: it is new and has no colours. */
static bool paint_is_done(const PaintedText *shown, int first) {
  if (painted.text == NULL || first < painted.length) return first == shown->length;
  while (first < shown->length && shown->classes[first] == ' ') first++;
  return first == shown->length;
}

void paint_over(const PaintedText *shown) {
  PaintPlace cursor, end;
  if (!paint_find(shown, shown->length, &end)) return paint_forget();
  paint_find(shown, shown->point, &cursor);
  int first = paint_first_change(shown), row = cursor.row;
  if (!paint_is_done(shown, first) || paint_rest != NULL) {
    fputs("\0337", rl_outstream);
    end = paint_text(shown, first, &row);
    if (paint_rest != NULL) paint_offer(shown, end, row);
    fputs("\0338", rl_outstream);
    fflush(rl_outstream);
  }
  paint_note(shown);
}

void paint_withdraw(void) {
  if (paint_offered) fputs("\033[K", rl_outstream); /* the cursor is at the end of the text */
  paint_offered = false;
}

/* ---- taking what is offered ------------------------------------------------------------------- */

bool paint_take(bool word) {
  if (paint_rest == NULL || rl_point != rl_end) return false;
  if (word) {
    size_t n = strcspn(paint_rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    n += strspn(paint_rest + n, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    paint_rest[n] = '\0';
  }
  rl_insert_text(paint_rest);
  return true;
}

/* ---- whether the terminal can ------------------------------------------------------------------ */

static bool paint_is_on(const char *variable) {
  const char *value = rl_variable_value(variable);
  return value != NULL && strcmp(value, "on") == 0;
}

/* A line of less than 38400 bits in a second shows keys late enough. */
void paint_install(lua_State *L) {
  const char *terminal = getenv("TERM");
  struct termios line;
  paint_state = L;
  paint_able = terminal != NULL && strcmp(terminal, "dumb") != 0 && tcgetattr(STDIN_FILENO, &line) == 0 &&
               cfgetospeed(&line) >= B38400 && !paint_is_on("horizontal-scroll-mode") &&
               !paint_is_on("show-mode-in-prompt");
}
