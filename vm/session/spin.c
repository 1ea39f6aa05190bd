/* spin.c: how long threads spin when they wait for work. On a machine with other work the default of libgomp, 300000
** rounds, costs more than it gains: one thread waits while the other has no processor.
**
** libgomp reads GOMP_SPINCOUNT in its constructor, which runs before main, and never again. What stands in
** .preinit_array runs before all constructors; the C library is not ready then, so that setenv is of no use, but the
** strings of the environment lie where everybody will read them. So one of them, which no constructor reads, lends its
** place to the setting, and gets it back in main. Where there is none to borrow the program starts anew with the
** setting, which takes 3 ms.
*/
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "session.h"

extern char **environ;

static char spin_setting[] = "GOMP_SPINCOUNT=4000";
static char *spin_lender; /* the string in whose place spin_setting stands; NULL: none does */

/* The sanitizers are not ready either. */
#define SPIN_EARLY __attribute__((no_sanitize("address", "undefined", "thread")))

/* Whether 'entry', "NAME=value", is of one of the names. */
SPIN_EARLY static bool spin_is_one_of(const char *entry, const char *const *names) {
  for (; *names != NULL; names++) {
    size_t n = 0;
    while ((*names)[n] != '\0' && entry[n] == (*names)[n]) n++;
    if ((*names)[n] == '\0' && entry[n] == '=') return true;
  }
  return false;
}

SPIN_EARLY static void spin_borrow(int argc, char **argv, char **environment) {
  static const char *const decided[] = {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY", NULL};
  static const char *const lenders[] = {"_", "SHLVL", "OLDPWD", "PWD", "LOGNAME", "USER", "HOME", "PATH", NULL};
  char **place = NULL;
  (void)argc, (void)argv;
  for (char **entry = environment; *entry != NULL; entry++) {
    if (spin_is_one_of(*entry, decided)) return;
    if (spin_is_one_of(*entry, lenders)) place = entry;
  }
  if (place == NULL) return;
  spin_lender = *place;
  *place = spin_setting;
}

__attribute__((section(".preinit_array"), used)) static void (*const spin_early)(int, char **, char **) = spin_borrow;

void spin_limit(char **argv) {
  if (spin_lender != NULL) {
    for (char **entry = environ; *entry != NULL; entry++)
      if (*entry == spin_setting) *entry = spin_lender;
  } else if (getenv("GOMP_SPINCOUNT") == NULL && getenv("OMP_WAIT_POLICY") == NULL) {
    if (setenv("GOMP_SPINCOUNT", "4000", 1) == 0) execv("/proc/self/exe", argv);
  }
}
