/* argument.h: the arguments of a call from Lua, read by the op's row. Phase 1 puts every
** argument at a known place of the stack and may raise; phase 2 turns them into C values,
** owns temporaries, and never raises.
*/
#ifndef HECATE_ARGUMENT_H
#define HECATE_ARGUMENT_H

#include "call/op.h"
#include "vm.h"

typedef struct {
  lua_State *L;
  const OpInfo *info;
  bool in_place;
  int at[OP_MAX_ARGUMENTS];    /* stack index of each argument, 0: not given */
  int out;                     /* stack index of the tensors that the results go into, 0: not given */
  int count[OP_MAX_ARGUMENTS]; /* > 0: a shape given as so many numbers from at[] on */
  /* phase 2 */
  _Alignas(16) char attrs[OP_MAX_ATTRIBUTE_BYTES];
  Tensor **inputs, **temporary; /* room for all that are given: few, or for lists a block on the Lua stack */
  int n_inputs, n_temporaries;
  int n_room; /* items of lists that there is room for still */
  Tensor *few[2 * OP_MAX_INPUTS];
  char expected[160]; /* what was wrong with argument 'wrong' */
  int wrong, wrong_index;
} Reader;

/* The name of the op as the running function was called, one of its other names too; in place it ends in '_'. It
** stays until the next call. */
const char *argument_function(lua_State *L, const OpInfo *info, bool in_place);
/* torch._C.alias(name, original): errors of a function that is called by this name begin with it. */
int argument_alias(lua_State *L);

/* Phase 1: the 'top' values on the stack. Raises what is too many, unknown or given twice. */
void argument_place(Reader *r, int top);
/* Room for the inputs; an op with a list has it on the Lua stack, so that it goes by itself. */
void argument_make_room(Reader *r);
/* Phase 2. False: argument_raise says what is wrong, after argument_drop. */
bool argument_read(Reader *r);
void argument_drop(Reader *r); /* the temporaries */
int argument_raise(Reader *r);
/* Raises the failure of the call, unless it is OK. */
void argument_raise_failure(lua_State *L, const OpInfo *info, bool in_place, Status status);

/* A tensor of positions that was given: contents come down by one. */
Status argument_positions_in(Tensor *t, Tensor **out);
/* Positions in a result: contents go up by one. Replaces *t. */
Status argument_positions_out(Tensor **t);

/* Whether the argument is an input of the op, and no attribute. */
static inline bool argument_is_input(const OpArg *arg) { return arg->type <= ARG_INTEGERS; }

/* Whether a table may be given for the argument. */
static inline bool argument_takes_table(const OpArg *arg) {
  switch ((ArgType)arg->type) {
    case ARG_DIMS:
    case ARG_SHAPE:
    case ARG_INTS:
    case ARG_FLOATS:
    case ARG_INTEGERS: return true;
    default: return arg->list;
  }
}

/* Whether a shape may be given as numbers one after another: the last positional argument may. */
bool argument_takes_numbers(const OpArg *arg, bool last);

#endif
