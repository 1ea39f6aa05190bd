/* profile.c: which ops the time goes to. One table serves the program, without locks: the thread that runs Lua is
** the only one that calls ops. An op may call others: 'open' is the one that runs, and each knows the one around it.
*/
#include <time.h>

#include "core/internal.h"

bool profiling;
static OpProfile profiles[OP_COUNT];
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

void profile_start(void) {
  memset(profiles, 0, sizeof profiles);
  open = NULL;
  profiling = true;
}

const OpProfile *profile_stop(void) {
  profiling = false;
  return profiles;
}

void profile_enter(OpMark *mark) {
  *mark = (OpMark){.outer = open, .bytes = bytes_in_use(), .start = now()};
  open = mark;
}

/* What an op took and made is not its caller's own. */
void profile_leave(OpMark *mark, OpId op) {
  int64_t time = now() - mark->start, bytes = bytes_in_use() - mark->bytes;
  OpProfile *p = &profiles[op];
  p->calls++;
  p->total += time;
  p->self += time - mark->inner_time;
  if (bytes > mark->inner_bytes) p->bytes += bytes - mark->inner_bytes;
  open = mark->outer;
  if (open == NULL) return;
  open->inner_time += time;
  open->inner_bytes += bytes;
}
