/* keys.c: what the keys do in a block of several lines. The functions here stand
** in for functions of readline on whatever keys those are bound to, by default or by the
** user's inputrc. What needs to understand Lua is in lib/hecate/session/block.lua.
*/
#include <lauxlib.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "editor.h"
#include "readline.h"
#include "session/session.h"
#include "vm.h"

static lua_State *keys_state;
static const char keys_block; /* its address: the registry's key of the module */
static bool keys_one_line;    /* the terminal shows no block of several lines */
static bool keys_browsing;    /* the arrows have gone through the history since the block began */

/* ---- calls of hecate.session.block ------------------------------------------------------ */

typedef struct {
  const char *function, *text;
  int length;
  lua_Integer point;
} Question;

static int keys_ask_protected(lua_State *L) {
  const Question *q = lua_touserdata(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &keys_block);
  lua_getfield(L, -1, q->function);
  lua_pushlstring(L, q->text, (size_t)q->length);
  lua_pushinteger(L, q->point);
  lua_call(L, 2, 2);
  return 2;
}

/* Pushes two results; nil where the function fails, as when there is no memory. The
** caller pops them. */
static void keys_ask(const char *function, const char *text, int length, int point) {
  Question q = {function, text, length, point};
  lua_State *L = keys_state;
  lua_pushcfunction(L, keys_ask_protected);
  lua_pushlightuserdata(L, &q);
  if (lua_pcall(L, 1, 2, 0) == LUA_OK) return;
  lua_pop(L, 1);
  lua_pushnil(L);
  lua_pushnil(L);
}

/* Replaces buffer[from, to), one step for undo; the point is behind it. */
static void keys_replace(int from, int to, const char *text) {
  if (to - from == (int)strlen(text) && strncmp(rl_line_buffer + from, text, (size_t)(to - from)) == 0) return;
  rl_begin_undo_group();
  rl_delete_text(from, to);
  rl_point = from;
  rl_insert_text(text);
  rl_end_undo_group();
}

/* ---- lines of the block ------------------------------------------------------------------ */

static int keys_line_start(int at) {
  while (at > 0 && rl_line_buffer[at - 1] != '\n') at--;
  return at;
}

static int keys_line_end(int at) {
  while (at < rl_end && rl_line_buffer[at] != '\n') at++;
  return at;
}

static bool keys_is_inside(char byte) { return ((unsigned char)byte & 0xC0) == 0x80; }

/* Goes to the line that begins at 'start', as many characters into it as the cursor was
** in the line where the walk over lines began. */
static int keys_move_to_line(int start) {
  static int goal;
  static int place; /* where the last walk ended */
  if (rl_point != place) {
    goal = 0;
    for (int i = keys_line_start(rl_point); i < rl_point; i++) goal += !keys_is_inside(rl_line_buffer[i]);
  }
  int end = keys_line_end(start), at = start;
  for (int i = 0; i < goal && at < end; i++)
    do at++;
    while (at < end && keys_is_inside(rl_line_buffer[at]));
  place = rl_point = at;
  return 0;
}

/* ---- history ------------------------------------------------------------------------------ */

/* Whether the buffer holds a block of the history as it was recalled. */
static bool keys_is_recalled(void) {
  HIST_ENTRY *entry = current_history();
  return keys_browsing && entry != NULL && strcmp(entry->line, rl_line_buffer) == 0;
}

/* Going back ends on the first line of a block and going forward on its last, so that the
** same key goes on through the history and the other one through the block. */
static int keys_recall(rl_command_func_t *command, bool back, int key) {
  if (keys_is_recalled()) rl_last_func = rl_history_search_backward; /* of the same search */
  command(1, key);
  keys_browsing = true;
  if (strchr(rl_line_buffer, '\n') != NULL) rl_point = back ? keys_line_end(0) : rl_end;
  return 0;
}

static int keys_back(rl_command_func_t *command, int key) {
  int start = keys_line_start(rl_point);
  return start > 0 ? keys_move_to_line(keys_line_start(start - 1)) : keys_recall(command, true, key);
}
static int keys_forward(rl_command_func_t *command, int key) {
  int end = keys_line_end(rl_point);
  return end < rl_end ? keys_move_to_line(end + 1) : keys_recall(command, false, key);
}

static int keys_previous(int count, int key) {
  return count < 0 ? keys_forward(rl_get_next_history, key) : keys_back(rl_get_previous_history, key);
}
static int keys_next(int count, int key) { return keys_previous(-count, key); }
static int keys_search_back(int count, int key) {
  return count < 0 ? keys_forward(rl_history_search_forward, key) : keys_back(rl_history_search_backward, key);
}
static int keys_search_forward(int count, int key) { return keys_search_back(-count, key); }

/* ---- movement and killing within the line -------------------------------------------------- */

static int keys_home(int count, int key) {
  (void)count, (void)key;
  rl_point = keys_line_start(rl_point);
  return 0;
}
static int keys_end(int count, int key) {
  (void)count, (void)key;
  if (paint_take(false)) return 0;
  rl_point = keys_line_end(rl_point);
  return 0;
}

/* At the end of the block what is offered is taken. */
static int keys_right(int count, int key) { return count > 0 && paint_take(false) ? 0 : rl_forward_char(count, key); }
static int keys_right_word(int count, int key) {
  return count > 0 && paint_take(true) ? 0 : rl_forward_word(count, key);
}

/* At the end of a line the next one comes up. */
static int keys_kill(int count, int key) {
  int end = keys_line_end(rl_point);
  if (strchr(rl_line_buffer, '\n') == NULL || count < 0) return rl_kill_line(count, key);
  if (end == rl_point && end < rl_end) end++;
  return rl_kill_text(rl_point, end);
}
static int keys_discard(int count, int key) {
  int start = keys_line_start(rl_point);
  if (strchr(rl_line_buffer, '\n') == NULL) return rl_unix_line_discard(count, key);
  if (start == rl_point && start > 0) start--;
  rl_kill_text(rl_point, start);
  rl_point = start;
  return 0;
}

/* ---- new lines ------------------------------------------------------------------------------ */

/* Whether more is to be read: what a terminal without bracketed paste pastes is not indented. */
static bool keys_come_fast(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  return poll(&input, 1, 0) > 0;
}

static int keys_newline(int count, int key) {
  (void)count, (void)key;
  if (keys_come_fast()) return rl_insert_text("\n"), 0;
  keys_ask("newline", rl_line_buffer, rl_end, rl_point);
  const char *text = lua_tostring(keys_state, -1);
  int first = (int)lua_tointeger(keys_state, -2) - 1;
  if (text == NULL || first < 0 || first > rl_point) rl_insert_text("\n");
  else keys_replace(first, rl_point, text);
  lua_pop(keys_state, 2);
  return 0;
}

static int keys_enter(int count, int key) {
  keys_ask("incomplete", rl_line_buffer, rl_end, 0);
  bool incomplete = lua_toboolean(keys_state, -2);
  lua_pop(keys_state, 2);
  if (incomplete && keys_one_line) return rl_newline(count, key); /* the next line is read by itself */
  if (incomplete) return keys_newline(count, key);
  keys_ask("finish", rl_line_buffer, rl_end, 0);
  const char *text = lua_tostring(keys_state, -2);
  if (text != NULL) keys_replace(0, rl_end, text);
  lua_pop(keys_state, 2);
  display_whole();
  return rl_newline(count, key);
}

/* ---- paste ---------------------------------------------------------------------------------- */

static int keys_paste(int count, int key) {
  int from = rl_point;
  input_read_paste(count, key);
  if (rl_point <= from) return 0;
  keys_ask("clean", rl_line_buffer + from, rl_point - from, 0);
  const char *text = lua_tostring(keys_state, -2);
  if (text != NULL) keys_replace(from, rl_point, text);
  lua_pop(keys_state, 2);
  rl_deactivate_mark(); /* not in reverse video: it is there to be edited */
  return 0;
}

/* ---- readline's keymaps ------------------------------------------------------------------------ */

typedef struct {
  rl_command_func_t *theirs, *ours;
} StandIn;

static void keys_stand_in(Keymap map, int depth) {
  const StandIn stand_ins[] = {{rl_newline, keys_enter},
                               {rl_get_previous_history, keys_previous},
                               {rl_get_next_history, keys_next},
                               {rl_history_search_backward, keys_search_back},
                               {rl_history_search_forward, keys_search_forward},
                               {rl_beg_of_line, keys_home},
                               {rl_end_of_line, keys_end},
                               {rl_forward_char, keys_right},
                               {rl_forward_word, keys_right_word},
                               {rl_kill_line, keys_kill},
                               {rl_unix_line_discard, keys_discard},
                               {rl_bracketed_paste_begin, keys_paste},
                               {rl_complete, complete_on_tab}};
  enum { DEPTH = 20, COUNT = sizeof stand_ins / sizeof *stand_ins };
  for (int key = 0; key < KEYMAP_SIZE; key++) {
    if (map[key].type == ISKMAP && map[key].function != NULL && depth < DEPTH)
      keys_stand_in((Keymap)map[key].function, depth + 1);
    for (int i = 0; map[key].type == ISFUNC && i < COUNT; i++)
      if (map[key].function == stand_ins[i].theirs) {
        map[key].function = stand_ins[i].ours;
        break;
      }
  }
}

/* Before rl_initialize, which reads the user's inputrc: what that binds anew counts. */
void keys_bind(void) {
  static const char *const arrows[][2] = {{"\033[A", "\033[B"}, {"\033OA", "\033OB"}};
  for (int i = 0; i < 2; i++) { /* they look for what is left of the cursor */
    rl_bind_keyseq(arrows[i][0], rl_history_search_backward);
    rl_bind_keyseq(arrows[i][1], rl_history_search_forward);
  }
  rl_bind_keyseq("\033\r", keys_newline);
  rl_bind_keyseq("\033\n", keys_newline);
}

static int keys_require(lua_State *L) {
  open_push_global(L, "require");
  lua_pushliteral(L, "hecate.session.block");
  lua_call(L, 1, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &keys_block);
  return 0;
}

/* After rl_initialize. */
void keys_install(lua_State *L) {
  static const char *const maps[] = {"emacs", "vi-move", "vi-insert"};
  const char *terminal = getenv("TERM");
  keys_state = L;
  keys_one_line = terminal != NULL && strcmp(terminal, "dumb") == 0;
  lua_pushcfunction(L, keys_require);
  if (lua_pcall(L, 0, 0, 0) != LUA_OK) report_error(L, "hecate");
  for (int i = 0; i < 3; i++) keys_stand_in(rl_get_keymap_by_name(maps[i]), 0);
}

void keys_begin(void) { keys_browsing = false; }
