/* profile.c: see profile.h. An op may call others: 'profile_open' is the innermost that runs, and each knows the one
** around it.
*/
#include "call/profile.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "autograd/node.h"
#include "call/flops.h"

uint32_t (*profile_stack)(void);
static ProfileOptions profile_options;
static OpProfile *totals; /* [n_totals]: of every op there was when it started */
static int n_totals;
static ProfileEvent *events; /* [n_events] */
static int64_t n_events, events_room;
static uint32_t events_epoch; /* counts profile_forget_events: an older mark has no event any more */
static OpMark *profile_open;

static int64_t profile_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t profile_bytes(void) {
  MemoryStats stats;
  memory_stats(&stats);
  return stats.bytes;
}

/* ---- totals ------------------------------------------------------------------------------------ */

/* Room for an op that was registered while others were measured; NULL: no memory, and it is not counted. */
static OpProfile *totals_of(OpId op) {
  if ((int)op < n_totals) return &totals[op];
  const int n = op_count();
  OpProfile *more = realloc(totals, sizeof *more * (size_t)n);
  if (more == NULL) return NULL;
  memset(more + n_totals, 0, sizeof *more * (size_t)(n - n_totals));
  totals = more;
  n_totals = n;
  return &totals[op];
}

static void totals_add(OpId op, const OpMark *mark, int64_t time, int64_t bytes) {
  OpProfile *p = totals_of(op);
  if (p == NULL) return;
  p->calls++;
  p->total += time;
  p->self += time - mark->inner_time;
  if (bytes > mark->inner_bytes) p->bytes += bytes - mark->inner_bytes;
}

/* ---- events ------------------------------------------------------------------------------------ */

/* The place of a new event; NULL: no memory, and it is not noted. */
static ProfileEvent *events_add(OpMark *mark) {
  if (n_events == events_room) {
    const int64_t room = events_room == 0 ? 1024 : 2 * events_room;
    ProfileEvent *more = realloc(events, sizeof *more * (size_t)room);
    if (more == NULL) return NULL;
    events = more;
    events_room = room;
  }
  mark->event = n_events;
  return &events[n_events++];
}

/* The event of a mark, where it has one. */
static ProfileEvent *event_of(const OpMark *mark) {
  return mark->event >= 0 && mark->epoch == events_epoch ? &events[mark->event] : NULL;
}

/* The number of the event around that of 'mark'. */
static int64_t event_around(const OpMark *mark) {
  for (const OpMark *m = mark->outer; m != NULL; m = m->outer)
    if (event_of(m) != NULL) return m->event;
  return -1;
}

static void event_begin(OpMark *mark, ProfileKind kind, const char *name, uint64_t sequence) {
  mark->epoch = events_epoch;
  mark->event = -1;
  if (!profile_options.events) return;
  ProfileEvent *e = events_add(mark);
  if (e == NULL) return;
  *e = (ProfileEvent){.name = name, .kind = (uint8_t)kind, .sequence = sequence, .parent = event_around(mark)};
  if (profile_options.places) {
    e->place = place_now();
    e->stack = profile_stack != NULL ? profile_stack() : 0;
  }
  if (profile_options.modules && mode_scope != NULL) {
    e->module = mode_scope->path;
    e->type = mode_scope->type;
  }
}

/* Writes a size at 'p' and returns its end; snprintf would take as long as the op. */
static char *shapes_number(char *p, int64_t number) {
  char digits[24];
  int n = 0;
  do digits[n++] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  while (n > 0) *p++ = digits[--n];
  return p;
}

static char *shapes_comma(char *p) {
  *p++ = ',';
  *p++ = ' ';
  return p;
}

/* "[[2, 3], []]"; of very many inputs the first ones. */
static const char *event_shapes(const ModeCall *call) {
  char text[1024], *p = text, *last = text + sizeof text - (TENSOR_MAX_DIMS + 1) * 24;
  *p++ = '[';
  for (int i = 0; i < call->n_in && p < last; i++) {
    const Tensor *t = call->in[i];
    if (i > 0) p = shapes_comma(p);
    *p++ = '[';
    for (int d = 0; t != NULL && d < t->ndim; d++) p = shapes_number(d > 0 ? shapes_comma(p) : p, t->shape[d]);
    *p++ = ']';
  }
  *p++ = ']';
  *p = '\0';
  return mode_intern(text);
}

/* ---- beginning and end -------------------------------------------------------------------------- */

static void mark_open(OpMark *mark, ProfileKind kind, const char *name, uint64_t sequence) {
  *mark = (OpMark){.outer = profile_open, .running = true};
  event_begin(mark, kind, name, sequence);
  profile_open = mark;
  mark->bytes = profile_bytes();
  mark->start = profile_now();
}

/* Mostly the innermost ends; what a coroutine opened may end while others are open. */
static void mark_unlink(OpMark *mark) {
  for (OpMark **at = &profile_open; *at != NULL; at = &(*at)->outer)
    if (*at == mark) {
      *at = mark->outer;
      return;
    }
}

/* What an op took and made is not its caller's own. */
static void mark_close(OpMark *mark, int64_t *time, int64_t *bytes) {
  const int64_t end = profile_now(), memory = profile_bytes();
  *time = end - mark->start;
  *bytes = memory - mark->bytes;
  mark->running = false;
  mark_unlink(mark);
  ProfileEvent *e = event_of(mark);
  if (e != NULL) {
    e->start = mark->start;
    e->end = end;
    e->self = *time - mark->inner_time;
    e->bytes = *bytes;
    e->self_bytes = *bytes - mark->inner_bytes;
    e->memory = memory;
  }
  if (mark->outer == NULL) return;
  mark->outer->inner_time += *time;
  mark->outer->inner_bytes += *bytes;
}

static Status profile_before(ModeCall *call) {
  mark_open(&call->mark, EVENT_OP, call->info->name, 0);
  return OK;
}

/* The number of the node that the call made, which its backward has too. */
static uint64_t call_sequence(const ModeCall *call) {
  const Tensor *t = call->in_place ? call->in[0] : call->takes_list ? (call->list.n > 0 ? call->list.v[0] : NULL)
                                                                    : call->out[0];
  return t != NULL && t->autograd != NULL && t->autograd->grad_fn != NULL ? t->autograd->grad_fn->sequence : 0;
}

static Status profile_after(ModeCall *call, Status status) {
  int64_t time, bytes;
  mark_close(&call->mark, &time, &bytes);
  totals_add(call->op, &call->mark, time, bytes);
  ProfileEvent *e = event_of(&call->mark);
  if (e == NULL) return status;
  e->in_place = call->in_place;
  if (status == OK && grad_enabled()) e->sequence = call_sequence(call);
  if (profile_options.flops && status == OK) e->flops = call_flops(call);
  if (profile_options.shapes) e->shapes = event_shapes(call);
  return status;
}

void profile_begin(OpMark *mark, ProfileKind kind, const char *name, uint64_t sequence) {
  mark->running = false;
  if (mode_is_on(MODE_PROFILE)) mark_open(mark, kind, name, sequence);
}

void profile_end(OpMark *mark) {
  int64_t time, bytes;
  if (mark->running) mark_close(mark, &time, &bytes);
}

/* ---- the record ----------------------------------------------------------------------------------- */

Status profile_start(const ProfileOptions *options) {
  static const Mode mode = {.name = "profile", .bit = MODE_PROFILE, .before = profile_before, .after = profile_after};
  free(totals);
  n_totals = op_count();
  totals = calloc((size_t)n_totals, sizeof *totals); /* not among the bytes that are measured */
  if (totals == NULL) {
    n_totals = 0;
    return fail_memory(sizeof *totals * (size_t)op_count());
  }
  profile_forget_events();
  profile_options = *options;
  mode_profiles_modules = options->modules;
  mode_install(&mode);
  mode_set(MODE_PROFILE, true);
  return OK;
}

void profile_stop(void) { mode_set(MODE_PROFILE, false); }

const OpProfile *profile_totals(int *n) {
  *n = n_totals;
  return totals;
}

const ProfileEvent *profile_events(int64_t *n) {
  *n = n_events;
  return events;
}

void profile_forget_events(void) {
  free(events);
  events = NULL;
  n_events = events_room = 0;
  events_epoch++;
}
