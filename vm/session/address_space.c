/* address_space.c: a limit of the address space (ulimit -v) below which OpenBLAS finds no room for its buffers. It
** tries again and again in its constructor, before main, without a word; so the limit is looked at before all
** constructors.
*/
#ifdef HECATE_WITH_OPENBLAS
#include <sys/resource.h>
#include <unistd.h>

#include "session.h"

#define ADDRESS_SPACE_NEEDED ((rlim_t)400 << 20) /* bytes; OpenBLAS 0.3.21 starts with 350 MB, not with 300 */

/* The C library is not ready: system calls alone. The sanitizers are not ready either. */
__attribute__((no_sanitize("address", "undefined", "thread"))) static void address_space_check(int argc, char **argv,
                                                                                               char **environment) {
  static const char text[] = "hecate: the limit of the address space (ulimit -v) is too small; OpenBLAS needs 400 MB\n";
  struct rlimit limit;
  (void)argc, (void)argv, (void)environment;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= ADDRESS_SPACE_NEEDED)
    return;
  if (write(2, text, sizeof text - 1) < 0) _exit(1);
  _exit(1);
}

__attribute__((section(".preinit_array"), used)) static void (*const address_space_early)(int, char **, char **) =
    address_space_check;
#endif
