/* check.h: what the C tests share: each is a program of its own, which prints what failed; the last line is
** "N passed, N failed".
*/
#ifndef HECATE_TESTS_CHECK_H
#define HECATE_TESTS_CHECK_H

#include <stdio.h>

#include "core/internal.h"

static int passed, failed;

static inline void check_at(const char *file, int line, bool ok, const char *what) {
  if (ok) {
    passed++;
    return;
  }
  failed++;
  printf("%s:%d: %s (last message: %s)\n", file, line, what, status_message());
}
#define CHECK(condition) check_at(__FILE__, __LINE__, (condition), #condition)
#define CHECK_OK(call) check_at(__FILE__, __LINE__, (call) == OK, #call)

static inline void fails_at(const char *file, int line, Status got, Status code, const char *message,
                            const char *what) {
  bool ok = got == code && strcmp(status_message(), message) == 0;
  check_at(file, line, ok, what);
  if (!ok) printf("    status %d; expected %d: %s\n", got, code, message);
}
#define FAILS(call, code, message) fails_at(__FILE__, __LINE__, (call), code, message, #call)

/* What main returns. */
static inline int check_result(void) {
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}

static inline int64_t bytes_used(void) {
  MemoryStats stats;
  memory_stats(&stats);
  return stats.bytes;
}

#endif
