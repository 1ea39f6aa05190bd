/* complete.c: Tab in the session. lib/hecate/session/complete.lua finds what can stand at the
** cursor; this brings it to readline. To readline the word is the whole line up to the
** cursor, so that what a word is stays with Lua; the front is cut off when the
** candidates are shown.
*/
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "editor.h"
#include "readline.h"
#include "vm.h"

static lua_State *complete_state; /* whose globals are completed */
static int complete_front;        /* bytes of the line before what is completed */
static size_t complete_matches;   /* how many there were */
static char *complete_signature;  /* of the call around the cursor, of malloc; or NULL */

/* ---- the candidates ------------------------------------------------------------------ */

/* Takes the line up to the cursor; returns the array of matches, the length of the front, and
** the signature. */
static int complete_ask(lua_State *L) {
  const char *line = lua_touserdata(L, 1);
  open_push_global(L, "require");
  lua_pushliteral(L, "hecate.session.complete");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "complete");
  lua_pushstring(L, line);
  lua_pushinteger(L, (lua_Integer)strlen(line));
  lua_pushglobaltable(L);
  lua_call(L, 3, 1);
  int result = lua_gettop(L);
  lua_getfield(L, result, "matches");
  lua_getfield(L, result, "start");
  lua_getfield(L, result, "signature");
  luaL_checktype(L, -3, LUA_TTABLE);
  lua_Integer start = luaL_checkinteger(L, -2);
  if (start < 1 || start > (lua_Integer)strlen(line) + 1) error_raise(L, "complete: out of the line");
  return 3;
}

/* The line with its word replaced by match 'i' of the table at the top. */
static char *complete_line(lua_State *L, const char *line, lua_Integer i) {
  lua_rawgeti(L, -1, i);
  size_t length = 0;
  const char *match = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : "";
  char *text = malloc((size_t)complete_front + length + 1);
  if (text != NULL) {
    memcpy(text, line, (size_t)complete_front);
    strcpy(text + complete_front, match);
  }
  lua_pop(L, 1);
  return text;
}

/* What all of them begin with, of malloc; not half of a character. */
static char *complete_common(char *const *matches, size_t n) {
  size_t length = strlen(matches[0]);
  for (size_t i = 1; i < n; i++) {
    size_t same = 0;
    while (same < length && matches[i][same] == matches[0][same]) same++;
    length = same;
  }
  while (length > 0 && ((unsigned char)matches[0][length] & 0xC0) == 0x80) length--;
  return strndup(matches[0], length);
}

/* The list that readline wants: what is common to all, then each; NULL: none, or no memory. */
static char **complete_list(lua_State *L, const char *line) {
  size_t n = lua_rawlen(L, -1), filled = 1;
  char **list = n > 0 ? calloc(n + 2, sizeof *list) : NULL;
  if (list == NULL) return NULL;
  for (; filled <= n; filled++)
    if ((list[filled] = complete_line(L, line, (lua_Integer)filled)) == NULL) break;
  if (filled > n) list[0] = complete_common(list + 1, n);
  if (list[0] == NULL) {
    for (size_t i = 1; i < filled; i++) free(list[i]);
    free(list);
    return NULL;
  }
  if (n == 1) { /* then the first is all there is */
    free(list[1]);
    list[1] = NULL;
  }
  return list;
}

/* readline's rl_attempted_completion_function; 'line' is all up to the cursor. */
static char **complete_attempt(const char *line, int start, int end) {
  (void)start, (void)end;
  lua_State *L = complete_state;
  int top = lua_gettop(L);
  char **matches = NULL;
  rl_attempted_completion_over = 1; /* no file names where there is nothing of Lua's */
  rl_completion_append_character = '\0';
  free(complete_signature);
  complete_signature = NULL;
  lua_pushcfunction(L, complete_ask);
  lua_pushlightuserdata(L, (void *)line);
  if (lua_checkstack(L, LUA_MINSTACK) && lua_pcall(L, 1, 3, 0) == LUA_OK) {
    complete_front = (int)lua_tointeger(L, -2) - 1;
    if (lua_type(L, -1) == LUA_TSTRING) complete_signature = strdup(lua_tostring(L, -1));
    lua_settop(L, top + 1);
    complete_matches = lua_rawlen(L, -1);
    matches = complete_list(L, line);
  }
  lua_settop(L, top);
  return matches;
}

/* ---- showing them ---------------------------------------------------------------------- */

static bool complete_confirm(int n) {
  if (rl_completion_query_items <= 0 || n < rl_completion_query_items) return true;
  fprintf(rl_outstream, "\nDisplay all %d possibilities? (y or n)", n);
  fflush(rl_outstream);
  int key = rl_read_key();
  return key == 'y' || key == 'Y' || key == ' ';
}

/* readline's rl_completion_display_matches_hook: matches[1..n], without the front. */
static void complete_show(char **matches, int n, int longest) {
  (void)longest;
  char **shown = calloc((size_t)n + 2, sizeof *shown);
  if (shown == NULL) return;
  int widest = 0;
  for (int i = 0; i <= n; i++) {
    shown[i] = matches[i] + (strlen(matches[i]) >= (size_t)complete_front ? complete_front : 0);
    int length = (int)strlen(shown[i]);
    if (i > 0 && length > widest) widest = length;
  }
  if (complete_signature != NULL) fprintf(rl_outstream, "\n%s", complete_signature);
  if (complete_confirm(n)) rl_display_match_list(shown, n, widest);
  else fputs("\n", rl_outstream);
  free(shown);
  rl_forced_update_display();
}

/* Nothing can be completed, but there is a call to tell of: below the block, which then is shown
** again. */
static void complete_show_signature(void) {
  int point = rl_point;
  rl_point = rl_end;
  display_show();
  fprintf(rl_outstream, "\n%s\n", complete_signature);
  rl_point = point;
  rl_forced_update_display();
}

/* Tab indents at the front of a line. rl_complete lists the candidates when it runs twice in a
** row, so it is made to see itself. */
int complete_on_tab(int count, int key) {
  int i = rl_point;
  while (i > 0 && (rl_line_buffer[i - 1] == ' ' || rl_line_buffer[i - 1] == '\t')) i--;
  if (i == 0 || rl_line_buffer[i - 1] == '\n') return rl_insert_text("  "), 0;
  if (rl_last_func == complete_on_tab) rl_last_func = rl_complete;
  free(complete_signature);
  complete_signature = NULL;
  int result = rl_complete(count, key);
  if (complete_signature != NULL && complete_matches == 0) complete_show_signature();
  return result;
}

static char *complete_word_breaks(void) {
  static char none[] = "";
  return none;
}

void complete_install(lua_State *L) {
  complete_state = L;
  rl_attempted_completion_function = complete_attempt;
  rl_completion_display_matches_hook = complete_show;
  rl_completion_word_break_hook = complete_word_breaks;
  rl_completer_quote_characters = NULL;
}
