/* profile.c: which ops the time goes to. One table serves the program, without locks: the thread that runs Lua is
** the only one that calls ops. An op may call others: 'open' is the one that runs, and each knows the one around it.
*/
#include <stdlib.h>
#include <time.h>

#include "core/internal.h"

bool profiling;
static OpProfile *profiles; /* [n_profiles]: of every op there was when it started */
static int n_profiles;
static OpMark *open;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t bytes_in_use(void) {
  MemoryStats stats;
  memory_stats(&stats);
  return stats.bytes;
}

Status profile_start(void) {
  free(profiles);
  n_profiles = op_count();
  profiles = calloc((size_t)n_profiles, sizeof *profiles); /* not among the bytes that are measured */
  open = NULL;
  profiling = profiles != NULL;
  if (profiling) return OK;
  n_profiles = 0;
  return fail_memory(sizeof *profiles * (size_t)op_count());
}

const OpProfile *profile_stop(int *n) {
  profiling = false;
  *n = n_profiles;
  return profiles;
}

/* Room for an op that was registered while others were measured; NULL: no memory, and it is not counted. */
static OpProfile *profile_of(OpId op) {
  if ((int)op < n_profiles) return &profiles[op];
  const int n = op_count();
  OpProfile *more = realloc(profiles, sizeof *more * (size_t)n);
  if (more == NULL) return NULL;
  memset(more + n_profiles, 0, sizeof *more * (size_t)(n - n_profiles));
  profiles = more;
  n_profiles = n;
  return &profiles[op];
}

void profile_enter(OpMark *mark) {
  *mark = (OpMark){.outer = open, .bytes = bytes_in_use(), .start = now()};
  open = mark;
}

/* What an op took and made is not its caller's own. */
void profile_leave(OpMark *mark, OpId op) {
  int64_t time = now() - mark->start, bytes = bytes_in_use() - mark->bytes;
  OpProfile *p = profile_of(op);
  if (p != NULL) {
    p->calls++;
    p->total += time;
    p->self += time - mark->inner_time;
    if (bytes > mark->inner_bytes) p->bytes += bytes - mark->inner_bytes;
  }
  open = mark->outer;
  if (open == NULL) return;
  open->inner_time += time;
  open->inner_bytes += bytes;
}
