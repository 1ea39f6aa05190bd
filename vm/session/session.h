/* session.h: what the files of the executable share: main.c, alloc.c, report.c, session.c
** and the other session_*.c, complete.c and interrupt.c. readline, the handler of
** SIGINT and the command line are in these and nowhere else: torch.so, loaded by
** another host, has none of them.
*/
#ifndef HECATE_SESSION_H
#define HECATE_SESSION_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/* ---- alloc.c -------------------------------------------------------------- */

void *alloc_lua(void *context, void *block, size_t old_size, size_t size); /* a lua_Alloc */

/* ---- report.c ------------------------------------------------------------- */

/* Writes the error at the top to stderr and pops it; 'program' goes before it
** unless it is NULL. */
void report_error(lua_State *L, const char *program);
void report_version(void);

/* ---- interrupt.c ---------------------------------------------------------- */

/* Like lua_pcall, with a traceback in the message, and Ctrl-C raises the error
** "interrupted" in whatever runs: at the next VM instruction, or inside a long
** operation at its next strip. Handlers and closers then run undisturbed. A
** second Ctrl-C before the call has ended cannot be caught by the program: it
** raises at each instruction until the call is left. */
int interrupt_call(lua_State *L, int nargs, int nresults);
/* Installs the handler of SIGINT. With 'patient', as in the session, Ctrl-C never
** ends the process; otherwise the third in one call does, a last resort. */
void interrupt_catch(bool patient);
/* Whether Ctrl-C came since interrupt_call began or interrupt_forget was called:
** for a prompt, where there is nothing to raise an error in. */
bool interrupt_came(void);
void interrupt_forget(void);
/* Makes coroutines and os.execute reachable for Ctrl-C; after luaL_openlibs. */
void interrupt_watch_libraries(lua_State *L);

/* ---- interrupt.c -------------------------------------------------- */

/* Lets Lua require "hecate.interrupt". */
void session_preload_interrupt(lua_State *L);

/* ---- session.c ------------------------------------------------------------ */

/* Reads, runs and prints until the end of the input. 'with_rc': the file of the user's
** own settings is run before, unless that was done. Never raises. */
void session_run(lua_State *L, bool with_rc);
/* Runs a script, or standard input for NULL, with the 'nargs' arguments at the top, which
** it pops, so that the session that follows has its locals. Whether there was no error. */
bool session_do_script(lua_State *L, const char *name, int nargs, bool with_rc);

/* ---- edit.c ------------------------------------------------------- */

typedef enum { LINE_READ, LINE_CLEARED, LINE_END } LineResult; /* cleared: by Ctrl-C */

/* Makes readline ours: keys, completion, history. */
void session_prepare_terminal(lua_State *L);
/* Reads a block into '*line', of malloc: with readline all its lines, or plainly one. */
LineResult session_edit(const char *prompt, char **line);
LineResult session_read_plain(char **line);
/* rl_bracketed_paste_begin, in which no character is a signal. */
void session_read_paste(int count, int key);

/* ---- keys.c ------------------------------------------------------- */

void session_keys_bind(void);             /* before rl_initialize */
void session_keys_install(lua_State *L);  /* after it */
void session_keys_begin(void);            /* a block begins */

/* ---- display.c ---------------------------------------------------- */

void session_display_begin(void); /* a block begins */
void session_display(void);       /* in place of rl_redisplay */
void session_display_resized(void); /* the window has another size */
void session_display_whole(void); /* for the last time: all of it */

/* ---- history.c ---------------------------------------------------- */

/* Reads the blocks of earlier sessions into readline's list. */
void session_history_load(void);
/* The block, without the space at its end, becomes the newest one of the list and
** of the file, unless it already is. */
void session_history_add(char *block);

/* ---- complete.c ----------------------------------------------------------- */

/* Makes Tab complete Lua names, with the globals of 'L'. */
void complete_install(lua_State *L);
/* Stands in for rl_complete. */
int complete_on_tab(int count, int key);

#endif
