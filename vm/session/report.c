/* report.c: what the executable says about itself and its errors. */
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "session.h"

const char *report_title(void) { return "Hecate " HECATE_VERSION " (" LUA_RELEASE ")"; }

void report_version(void) { puts(report_title()); }

/* Leaves out the frames "[C]: in ?": they are of this file and tell a user
** nothing. Allocates nothing, for the error may be that there is no memory. */
void report_error(lua_State *L, const char *program) {
  static const char noise[] = "\n\t[C]: in ?";
  const char *message = lua_tostring(L, -1);
  if (message == NULL) message = "(error object is not a string)";
  fflush(stdout);
  if (program != NULL) fprintf(stderr, "%s: ", program);
  for (const char *next; (next = strstr(message, noise)) != NULL;
       message = next + sizeof noise - 1)
    fwrite(message, 1, (size_t)(next - message), stderr);
  fprintf(stderr, "%s\n", message);
  fflush(stderr);
  lua_pop(L, 1);
}
