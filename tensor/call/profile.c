/* profile.c: which ops the time goes to. One table serves the program, without locks: the thread that runs Lua is
** the only one that calls ops. An op may call others: 'open' is the one that runs, and each knows the one around it.
*/
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "call/mode.h"

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

static Status profile_before(ModeCall *call) {
  call->mark = (OpMark){.outer = open, .bytes = bytes_in_use(), .start = now()};
  open = &call->mark;
  return OK;
}

/* What an op took and made is not its caller's own. */
static Status profile_after(ModeCall *call, Status status) {
  OpMark *mark = &call->mark;
  int64_t time = now() - mark->start, bytes = bytes_in_use() - mark->bytes;
  OpProfile *p = profile_of(call->op);
  if (p != NULL) {
    p->calls++;
    p->total += time;
    p->self += time - mark->inner_time;
    if (bytes > mark->inner_bytes) p->bytes += bytes - mark->inner_bytes;
  }
  open = mark->outer;
  if (open == NULL) return status;
  open->inner_time += time;
  open->inner_bytes += bytes;
  return status;
}

Status profile_start(void) {
  static const Mode mode = {.name = "profile", .bit = MODE_PROFILE, .before = profile_before, .after = profile_after};
  free(profiles);
  n_profiles = op_count();
  profiles = calloc((size_t)n_profiles, sizeof *profiles); /* not among the bytes that are measured */
  open = NULL;
  if (profiles == NULL) {
    n_profiles = 0;
    return fail_memory(sizeof *profiles * (size_t)op_count());
  }
  mode_install(&mode);
  mode_set(MODE_PROFILE, true);
  return OK;
}

const OpProfile *profile_stop(int *n) {
  mode_set(MODE_PROFILE, false);
  *n = n_profiles;
  return profiles;
}
