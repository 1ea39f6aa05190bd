/* session.h: what the files of the executable share: main.c, alloc.c, spin.c, report.c, session.c, plain.c and
** interrupt.c. The handler of SIGINT, the command line and readline (in the folder readline/) are in these and
** nowhere else: torch.so, loaded by another host, has none of them.
*/
#ifndef HECATE_SESSION_H
#define HECATE_SESSION_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/* ---- alloc.c -------------------------------------------------------------- */

void *alloc_lua(void *context, void *block, size_t old_size, size_t size); /* a lua_Alloc */

/* ---- spin.c --------------------------------------------------------------- */

/* Threads that wait for work spin for a short time only, unless the user has said how they wait. Called once, at the
** beginning of main: gives the environment back as the program got it. */
void spin_limit(char **argv);

/* ---- report.c ------------------------------------------------------------- */

/* Writes the error at the top to stderr and pops it; 'program' goes before it
** unless it is NULL. */
void report_error(lua_State *L, const char *program);
const char *report_title(void); /* "Hecate VERSION (Lua 5.4.4)" */
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
/* What runs now is not interrupted any more, but for calls that it makes by interrupt_call. */
void interrupt_nothing(void);
/* interrupt_forget while 'L' runs, which the Ctrl-C then does not stop. */
void interrupt_drop(lua_State *L);
/* Makes coroutines and os.execute reachable for Ctrl-C; after luaL_openlibs. */
void interrupt_watch_libraries(lua_State *L);

/* ---- interrupt_library.c -------------------------------------------------- */

/* Lets Lua require "hecate.interrupt". */
void session_preload_interrupt(lua_State *L);

/* ---- session.c ------------------------------------------------------------ */

/* Reads, runs and prints until the end of the input. 'with_rc': the file of the user's
** own settings is run before, unless that was done. Never raises. */
void session_run(lua_State *L, bool with_rc);
/* Runs a script, or standard input for NULL, with the 'nargs' arguments at the top, which
** it pops, so that the session that follows has its locals. Whether there was no error. */
bool session_do_script(lua_State *L, const char *name, int nargs, bool with_rc);

/* ---- reading blocks ------------------------------------------------------- */

typedef enum { LINE_READ, LINE_CLEARED, LINE_END } LineResult; /* cleared: by Ctrl-C */

/* How blocks are read on a terminal. */
typedef struct {
  /* Reads a block, with all its lines, into '*block', of malloc. */
  LineResult (*read)(const char *prompt, char **block);
  /* Puts the block, which it may shorten, into the history. */
  void (*remember)(char *block);
} Editor;

/* readline/edit.c: the editor by readline, opened now; NULL: it cannot be opened, which the user was told. */
const Editor *edit_open(lua_State *L);

/* plain.c: reads a line into '*line', of malloc, as the terminal edits it. The prompt may be NULL. */
LineResult plain_read(const char *prompt, char **line);

#endif
