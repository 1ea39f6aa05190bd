/* session.h: what the files of the executable share: main.c, session.c and
** complete.c. readline, the handler of SIGINT and the command line are in these
** and nowhere else: torch.so, loaded by another host, has none of them.
*/
#ifndef HECATE_SESSION_H
#define HECATE_SESSION_H

#include <lua.h>
#include <stdbool.h>

/* ---- main.c --------------------------------------------------------------- */

/* Like lua_pcall, with a traceback in the message, and Ctrl-C raises the error
** "interrupted" in whatever runs: at the next VM instruction, or inside a long
** operation at its next strip. Handlers and closers then run undisturbed. A
** second Ctrl-C before the call has ended cannot be caught by the program: it
** raises at each instruction until the call is left. */
int main_call(lua_State *L, int nargs, int nresults);
/* Installs the handler of SIGINT. With 'patient', as in the session, Ctrl-C never
** ends the process; otherwise the third in one call does, a last resort. */
void main_catch_interrupts(bool patient);
/* Whether Ctrl-C came since main_call began or main_forget_interrupt was called:
** for a prompt, where there is nothing to raise an error in. */
bool main_interrupted(void);
void main_forget_interrupt(void);
/* Writes the error at the top to stderr and pops it; 'program' goes before it
** unless it is NULL. */
void main_report(lua_State *L, const char *program);
void main_print_version(void);

/* ---- session.c ------------------------------------------------------------ */

/* Reads, runs and prints until the end of the input. Never raises. */
void session_run(lua_State *L);

/* ---- complete.c ----------------------------------------------------------- */

/* Makes Tab complete Lua names, with the globals of 'L'. */
void complete_install(lua_State *L);

#endif
