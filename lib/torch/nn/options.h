/* options.h: the arguments of layers, losses and optimisers as data. One table of
** Options reads the arguments of a call, is shown and changed as attributes of the
** object (`dropout.p`), and is printed.
*/
#ifndef HECATE_OPTIONS_H
#define HECATE_OPTIONS_H

#include "vm.h"

typedef enum {
  OPTION_INT,    /* int64_t */
  OPTION_FLOAT,  /* double */
  OPTION_FLOAT_OR_NIL, /* double; NAN: none, which `false` says */
  OPTION_REALS,  /* double[2]: an array of two numbers; initially 'initial' and '*more' */
  OPTION_BOOL,   /* bool */
  OPTION_BOOL_OR_NIL, /* int8_t: 0, 1, or -1: not given */
  OPTION_PAIR,   /* int64_t[2]: a number, an array of two, or one of the choices (OPTION_WORD + which); OPTION_NONE: not
                 ** given */
  OPTION_INTS,   /* Ints: an integer or an array of them; n < 0: not given */
  OPTION_DIM,    /* int64_t: a position, kept from 0; OPTION_NONE: not given */
  OPTION_CHOICE, /* int: which of the choices */
  OPTION_DTYPE,  /* DType; DTYPE_NONE: not given */
  OPTION_TENSOR, /* not kept: stays on the stack */
  OPTION_VALUE   /* not kept: any value, stays on the stack; called "device" it is checked */
} OptionType;

#define OPTION_NONE INT64_MIN
#define OPTION_WORD (INT64_MIN + 1)
#define OPTION_WORD_END (INT64_MIN + 64) /* numbers are not below it */

typedef struct {
  const char *name;
  OptionType type;
  size_t offset; /* in the struct that options_read fills */
  bool required;
  double initial; /* of what is not given; a bool, an int, both of a pair… */
  /* What some types have beside: OPTION_CHOICE and OPTION_PAIR the choices, const char *const[] with NULL at the end;
  ** OPTION_REALS the initial second number, const double *. */
  const void *more;
} Option;

static inline const char *const *option_choices(const Option *option) { return option->more; }

/* What the last options_read was told for the option "device", else the default device: where a constructor makes its
** parameters and buffers. */
extern Device options_device;

/* Reads the arguments from stack position 'first' on, positional ones in the order
** of the list (up to an entry without name), the rest from a trailing table, into
** 'values'. Afterwards the stack ends with one value per option, from 'first' on.
** `false` stands for Python's None where a number may be none. */
void options_read(lua_State *L, int first, const char *function, const Option *options,
                  void *values);
/* Stores the value at 'index'; 'position' is that of the argument, 0: by name. */
void option_set(lua_State *L, const char *function, const Option *option, int position,
                int index, void *values);
/* Pushes the value; false for types that are not kept. */
bool option_push(lua_State *L, const Option *option, const void *values);
/* Pushes an array of {name =, type =, default =, required =, choices =} for the help; unless
** 'first' is NULL the argument of that name, any value, comes first. nil without options. */
void options_push(lua_State *L, const Option *options, const char *first);
/* The option of that name, or NULL. */
const Option *option_find(const Option *options, const char *name);
/* Whether the value at 'index' is a table of options: string keys only. */
bool options_table(lua_State *L, int index);
/* "unknown option 'x', did you mean 'y'? (known: …)" */
int options_unknown(lua_State *L, const char *function, const char *name,
                    const Option *options);
/* Adds a number as Python writes it: 1e-05, 0.1, 2.0. */
void options_add_number(luaL_Buffer *b, double value);

#endif
