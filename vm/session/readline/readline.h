/* readline.h: GNU readline, opened when the first prompt is about to appear: scripts do not wait for it, and the
** executable runs where it is not installed. Files of this folder include this header instead of readline's own.
** Each symbol that they use has two lines here: one makes it a member of the table that readline.c fills by the
** symbol's name, the other makes the name stand for what the member points to.
*/
#ifndef HECATE_SESSION_READLINE_H
#define HECATE_SESSION_READLINE_H

#include <stdbool.h>
#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

/* clang-format off */
#define READLINE_SYMBOLS(SYMBOL) \
  SYMBOL(add_history) SYMBOL(current_history) SYMBOL(history_base) SYMBOL(history_get) SYMBOL(history_length) \
  SYMBOL(readline) SYMBOL(rl_attempted_completion_function) SYMBOL(rl_attempted_completion_over) \
  SYMBOL(rl_beg_of_line) SYMBOL(rl_begin_undo_group) SYMBOL(rl_bind_keyseq) SYMBOL(rl_bracketed_paste_begin) \
  SYMBOL(rl_catch_signals) SYMBOL(rl_catch_sigwinch) SYMBOL(rl_check_signals) SYMBOL(rl_clear_pending_input) \
  SYMBOL(rl_complete) SYMBOL(rl_completer_quote_characters) SYMBOL(rl_completion_append_character) \
  SYMBOL(rl_completion_display_matches_hook) SYMBOL(rl_completion_query_items) SYMBOL(rl_completion_word_break_hook) \
  SYMBOL(rl_deactivate_mark) SYMBOL(rl_delete_text) SYMBOL(rl_deprep_term_function) SYMBOL(rl_deprep_terminal) \
  SYMBOL(rl_display_match_list) SYMBOL(rl_display_prompt) SYMBOL(rl_done) SYMBOL(rl_editing_mode) SYMBOL(rl_end) \
  SYMBOL(rl_end_of_line) SYMBOL(rl_end_undo_group) SYMBOL(rl_forced_update_display) SYMBOL(rl_forward_char) \
  SYMBOL(rl_forward_word) SYMBOL(rl_get_keymap_by_name) SYMBOL(rl_get_next_history) SYMBOL(rl_get_previous_history) \
  SYMBOL(rl_get_screen_size) SYMBOL(rl_getc) SYMBOL(rl_getc_function) SYMBOL(rl_history_search_backward) \
  SYMBOL(rl_history_search_forward) SYMBOL(rl_initialize) SYMBOL(rl_insert) SYMBOL(rl_insert_text) \
  SYMBOL(rl_kill_line) SYMBOL(rl_kill_text) SYMBOL(rl_last_func) SYMBOL(rl_line_buffer) SYMBOL(rl_mark) \
  SYMBOL(rl_newline) SYMBOL(rl_on_new_line) SYMBOL(rl_outstream) SYMBOL(rl_point) SYMBOL(rl_prep_term_function) \
  SYMBOL(rl_prep_terminal) SYMBOL(rl_read_key) SYMBOL(rl_readline_name) SYMBOL(rl_readline_state) \
  SYMBOL(rl_redisplay) SYMBOL(rl_redisplay_function) SYMBOL(rl_reset_screen_size) SYMBOL(rl_rubout) \
  SYMBOL(rl_startup_hook) SYMBOL(rl_unix_line_discard) SYMBOL(rl_variable_bind) SYMBOL(rl_variable_value) \
  SYMBOL(stifle_history) SYMBOL(using_history)

typedef struct {
#define READLINE_MEMBER(name) __typeof__(&name) at_##name;
  READLINE_SYMBOLS(READLINE_MEMBER)
} Readline;
extern Readline readline_library;

#define add_history (*readline_library.at_add_history)
#define current_history (*readline_library.at_current_history)
#define history_base (*readline_library.at_history_base)
#define history_get (*readline_library.at_history_get)
#define history_length (*readline_library.at_history_length)
#define readline (*readline_library.at_readline)
#define rl_attempted_completion_function (*readline_library.at_rl_attempted_completion_function)
#define rl_attempted_completion_over (*readline_library.at_rl_attempted_completion_over)
#define rl_beg_of_line (*readline_library.at_rl_beg_of_line)
#define rl_begin_undo_group (*readline_library.at_rl_begin_undo_group)
#define rl_bind_keyseq (*readline_library.at_rl_bind_keyseq)
#define rl_bracketed_paste_begin (*readline_library.at_rl_bracketed_paste_begin)
#define rl_catch_signals (*readline_library.at_rl_catch_signals)
#define rl_catch_sigwinch (*readline_library.at_rl_catch_sigwinch)
#define rl_check_signals (*readline_library.at_rl_check_signals)
#define rl_clear_pending_input (*readline_library.at_rl_clear_pending_input)
#define rl_complete (*readline_library.at_rl_complete)
#define rl_completer_quote_characters (*readline_library.at_rl_completer_quote_characters)
#define rl_completion_append_character (*readline_library.at_rl_completion_append_character)
#define rl_completion_display_matches_hook (*readline_library.at_rl_completion_display_matches_hook)
#define rl_completion_query_items (*readline_library.at_rl_completion_query_items)
#define rl_completion_word_break_hook (*readline_library.at_rl_completion_word_break_hook)
#define rl_deactivate_mark (*readline_library.at_rl_deactivate_mark)
#define rl_delete_text (*readline_library.at_rl_delete_text)
#define rl_deprep_term_function (*readline_library.at_rl_deprep_term_function)
#define rl_deprep_terminal (*readline_library.at_rl_deprep_terminal)
#define rl_display_match_list (*readline_library.at_rl_display_match_list)
#define rl_display_prompt (*readline_library.at_rl_display_prompt)
#define rl_done (*readline_library.at_rl_done)
#define rl_editing_mode (*readline_library.at_rl_editing_mode)
#define rl_end (*readline_library.at_rl_end)
#define rl_end_of_line (*readline_library.at_rl_end_of_line)
#define rl_end_undo_group (*readline_library.at_rl_end_undo_group)
#define rl_forced_update_display (*readline_library.at_rl_forced_update_display)
#define rl_forward_char (*readline_library.at_rl_forward_char)
#define rl_forward_word (*readline_library.at_rl_forward_word)
#define rl_get_keymap_by_name (*readline_library.at_rl_get_keymap_by_name)
#define rl_get_next_history (*readline_library.at_rl_get_next_history)
#define rl_get_previous_history (*readline_library.at_rl_get_previous_history)
#define rl_get_screen_size (*readline_library.at_rl_get_screen_size)
#define rl_getc (*readline_library.at_rl_getc)
#define rl_getc_function (*readline_library.at_rl_getc_function)
#define rl_history_search_backward (*readline_library.at_rl_history_search_backward)
#define rl_history_search_forward (*readline_library.at_rl_history_search_forward)
#define rl_initialize (*readline_library.at_rl_initialize)
#define rl_insert (*readline_library.at_rl_insert)
#define rl_insert_text (*readline_library.at_rl_insert_text)
#define rl_kill_line (*readline_library.at_rl_kill_line)
#define rl_kill_text (*readline_library.at_rl_kill_text)
#define rl_last_func (*readline_library.at_rl_last_func)
#define rl_line_buffer (*readline_library.at_rl_line_buffer)
#define rl_mark (*readline_library.at_rl_mark)
#define rl_newline (*readline_library.at_rl_newline)
#define rl_on_new_line (*readline_library.at_rl_on_new_line)
#define rl_outstream (*readline_library.at_rl_outstream)
#define rl_point (*readline_library.at_rl_point)
#define rl_prep_term_function (*readline_library.at_rl_prep_term_function)
#define rl_prep_terminal (*readline_library.at_rl_prep_terminal)
#define rl_read_key (*readline_library.at_rl_read_key)
#define rl_readline_name (*readline_library.at_rl_readline_name)
#define rl_readline_state (*readline_library.at_rl_readline_state)
#define rl_redisplay (*readline_library.at_rl_redisplay)
#define rl_redisplay_function (*readline_library.at_rl_redisplay_function)
#define rl_reset_screen_size (*readline_library.at_rl_reset_screen_size)
#define rl_rubout (*readline_library.at_rl_rubout)
#define rl_startup_hook (*readline_library.at_rl_startup_hook)
#define rl_unix_line_discard (*readline_library.at_rl_unix_line_discard)
#define rl_variable_bind (*readline_library.at_rl_variable_bind)
#define rl_variable_value (*readline_library.at_rl_variable_value)
#define stifle_history (*readline_library.at_stifle_history)
#define using_history (*readline_library.at_using_history)
/* clang-format on */

/* Opens the library, once. False: 'reason' says what is missing. */
bool readline_open(char *reason, size_t size);

#endif
