/* mode.h: modes watch or change the calls of ops: profile, trace, autocast, anomaly, deterministic. One mask says
** which are on. The doors of the road (op_call, op_call_list, op_call_in_place) look at it once: with no mode on, a
** call is as short as it was; else it takes the slow road, mode_call.
**
** On the slow road each mode does its part before and after the call, in the order of their numbers: the first
** one is the outermost. While a mode does its part, the modes behind it are on: they see the ops that it calls.
** While the op itself runs, the modes that see the outermost call alone are off, so they do not see what a
** composite is made of.
**
** A mode belongs to the coroutine that entered it: the host saves and restores ModeState where it changes from one
** coroutine to another. The mask is no variable of the thread: only the thread that runs the host calls ops.
*/
#ifndef HECATE_MODE_H
#define HECATE_MODE_H

#include "call/op.h"

enum {
  MODE_AUTOCAST = 1 << 0,      /* casts inputs of outermost calls */
  MODE_DETERMINISTIC = 1 << 1, /* of the whole program */
  MODE_TRACE = 1 << 2,         /* notes outermost calls */
  MODE_ANOMALY = 1 << 3,       /* the tape and the engine look at it; a call does nothing for it */
  MODE_PROFILE = 1 << 4,       /* measures all calls */
  MODE_FUSED = 1 << 5,         /* while torch.fused runs a composite: its parts are computed later */
  MODE_COUNT = 6
};
/* These stay on while an op runs that has been seen on the slow road. */
#define MODES_INSIDE (MODE_DETERMINISTIC | MODE_ANOMALY | MODE_PROFILE)

extern uint32_t call_modes;

/* ---- one call on the slow road ----------------------------------------------------------------- */

/* What is being measured; that of an op lies in the frame of its call. */
typedef struct OpMark {
  struct OpMark *outer;
  int64_t start, bytes;            /* when it began */
  int64_t inner_time, inner_bytes; /* of the ops it has called */
  int64_t event;                   /* its number in the record, or -1 */
  uint32_t epoch;                  /* the record that it is in */
  bool running;
} OpMark;

typedef struct ModeCall ModeCall;
struct ModeCall {
  const OpInfo *info;
  OpId op;
  Tensor *const *in; /* borrowed; NULL where optional and not given. Autocast may have replaced what the caller gave */
  int n_in;
  const void *attrs; /* info->attrs_size bytes; of an op without attributes NULL */
  bool in_place;     /* the result is in[0], and there are no outputs */
  bool takes_list;   /* the results are 'list' */
  /* After the call, when it succeeded. Owned by the call: who keeps one retains it. Outputs may be NULL where the
  ** op gives fewer. */
  Tensor *out[OP_MAX_OUTPUTS]; /* info->n_outputs */
  TensorList list;
  Status (*run)(ModeCall *call); /* the call itself */
  bool shows_inside;             /* set by a mode before the call: trace and fused stay on inside the op */
  /* Of the modes themselves: */
  OpMark mark;
  Tensor *few[OP_FEW], **cast; /* the inputs of autocast, owned; NULL: it changed none */
};

/* The inputs that the call changes, as bits: in[0] of a call in place, and what the row says. */
uint32_t mode_call_mutates(const ModeCall *call);

/* What changes or makes data without being an op. Tensors are borrowed. */
typedef struct {
  enum {
    CHANGE_COPY,    /* 'target' has the values of 'source' now */
    CHANGE_ADD,     /* 'number' was added to 'target' */
    CHANGE_DATA,    /* 'target' shows what 'source' shows (x.data = y) */
    CHANGE_OPTIMISE /* a step of an optimiser: 'rule', 'n', 'updates' */
  } kind;
  Tensor *target, *source;
  Scalar number;
  const struct OptimiserRule *rule;
  int64_t n;
  const struct OptimiserUpdate *updates; /* as they were given: the step has not run */
} ModeChange;

/* ---- modes -------------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  uint32_t bit;
  /* Before the call, which it may change by other inputs; a failure ends the call. */
  Status (*before)(ModeCall *call);
  /* After every call for which 'before' succeeded (or which had none). 'status' is that of the call; what it
  ** returns becomes that of the call. */
  Status (*after)(ModeCall *call, Status status);
  /* Before a change that is no op. It cannot be refused: a mode notes the failure and tells it at its end. */
  void (*change)(const ModeChange *change);
} Mode;

/* Says what the mode of a bit does from now on. '*mode' must stay. */
void mode_install(const Mode *mode);
void mode_reset(void); /* no mode is on, as at first */
/* Turns a mode on or off. */
static inline void mode_set(uint32_t bit, bool on) { call_modes = on ? call_modes | bit : call_modes & ~bit; }
static inline bool mode_is_on(uint32_t bit) { return (call_modes & bit) != 0; }

/* The slow road. */
Status mode_call(ModeCall *call);
void mode_changes(const ModeChange *change);
/* The same for a copy that the call which runs makes beside its results: the tape keeps old elements, say. */
void mode_changes_within(const ModeChange *change);
/* Before a change that is no op. */
#define MODE_CHANGES(...)                                                     \
  do {                                                                        \
    if (call_modes & MODE_TRACE) mode_changes(&(ModeChange){__VA_ARGS__}); \
  } while (0)

/* ---- what a coroutine has of its own ------------------------------------------------------------ */

/* Autocast, by DeviceType: whether it is on, and the dtype of half precision. */
typedef struct {
  bool on[DEVICE_NONE];
  uint8_t dtype[DEVICE_NONE]; /* DType */
  bool caches;                /* casts of parameters are kept until the outermost autocast ends */
} AutocastState;
extern AutocastState autocast_state;

typedef struct {
  uint32_t modes; /* without those of the whole program */
  AutocastState autocast;
} ModeState;
#define MODES_OF_COROUTINE (MODE_AUTOCAST | MODE_TRACE | MODE_ANOMALY | MODE_PROFILE)

/* ---- the module that runs ------------------------------------------------------------------------ */

/* While a mode asks for it, each call of a module puts itself here. Paths are interned: they stay, and equal ones are
** one pointer. */
typedef struct ModeScope {
  const struct ModeScope *outer;
  const void *module;
  const char *path; /* "features.0", "" of the outermost */
  const char *type; /* "nn.Conv2d" */
} ModeScope;
extern const ModeScope *mode_scope; /* the innermost, or NULL */
extern bool mode_profiles_modules; /* the profile asks for it */
static inline bool mode_wants_scopes(void) {
  return (call_modes & MODE_TRACE) || ((call_modes & MODE_PROFILE) && mode_profiles_modules);
}
/* 'scope' lies in the frame of the caller, which pops it. */
void mode_scope_push(ModeScope *scope, const void *module, const char *path, const char *type);
static inline void mode_scope_pop(const ModeScope *scope) { mode_scope = scope->outer; }
/* The one copy of a text; NULL: no memory. */
const char *mode_intern(const char *text);

#endif
