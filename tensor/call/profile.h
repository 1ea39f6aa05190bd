/* profile.h: what the time goes to, while MODE_PROFILE is on: totals of each op, and, where they are asked for,
** events: each call of an op with its times, what it was called by, its memory, shapes, line of the program and
** module.
**
** One record serves the program, without locks: the thread that runs the host is the only one that calls ops.
*/
#ifndef HECATE_PROFILE_H
#define HECATE_PROFILE_H

#include "call/mode.h"

typedef struct {
  bool events, shapes, places, modules, flops; /* what is noted beside the totals */
} ProfileOptions;

typedef struct {
  int64_t calls;
  int64_t total, self; /* nanoseconds: with the ops it called, and without */
  int64_t bytes;       /* of what it made itself */
} OpProfile;

typedef enum {
  EVENT_OP,
  EVENT_BACKWARD, /* a node of the tape that runs backward */
  EVENT_LABEL,    /* a part of the program that it named, a step of an optimiser */
  EVENT_STEP,     /* between two calls of step() */
  EVENT_MODULE    /* the call of a module */
} ProfileKind;

typedef struct {
  const char *name;   /* stays as long as the program */
  const char *shapes; /* "[[2, 3], []]" of the inputs, interned; NULL: not noted */
  const char *module; /* the path of the module, interned; NULL: not noted, or none */
  const char *type;   /* the class of the module, interned */
  int64_t start, end; /* nanoseconds of a clock that only grows; end 0: it has not ended */
  int64_t self;       /* without what it called */
  int64_t bytes, self_bytes; /* by which the memory in use grew */
  int64_t memory;     /* in use at its end */
  int64_t parent;     /* the number of the event around it, or -1 */
  int64_t flops;      /* estimated (flops.h); 0: not counted */
  uint64_t sequence;  /* of the node that the op made or that runs; 0: none */
  uint32_t place;     /* of core/place.c; 0: not noted */
  uint32_t stack;     /* the functions of the program that ran, by a number of the host's; 0: not noted */
  uint8_t kind;       /* ProfileKind */
  bool in_place;
} ProfileEvent;

/* Set by the host: a number for the functions that run now. */
extern uint32_t (*profile_stack)(void);

/* Turns the mode on; the record is empty. */
Status profile_start(const ProfileOptions *options);
void profile_stop(void);
const OpProfile *profile_totals(int *n);    /* [*n] by op id, valid until the next start */
const ProfileEvent *profile_events(int64_t *n); /* valid until the next event or start */
void profile_forget_events(void);           /* open ones too: they leave no event */

/* What is no op begins and ends: 'mark' stays where it is until then. profile_begin does nothing where the mode is
** off, and profile_end nothing where nothing began. */
void profile_begin(OpMark *mark, ProfileKind kind, const char *name, uint64_t sequence);
void profile_end(OpMark *mark);

#endif
