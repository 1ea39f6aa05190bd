/* optimizer.h: optim.Optimizer. What an optimiser knows lies in Lua fields that scripts
** read and write: `param_groups` (an array of tables {params = {...}, lr = ...}),
** `state` (from a parameter to a table) and `defaults`. Each step reads them anew, so
** that a change takes effect.
*/
#ifndef HECATE_OPTIMIZER_H
#define HECATE_OPTIMIZER_H

#include "torch/nn/options.h"
#include "userdata/class.h"

typedef struct {
  Object object;
} Optimizer;

/* The numbers of one parameter group, for all algorithms. */
typedef struct {
  double lr, momentum, dampening, betas[2], eps, weight_decay;
  bool nesterov, maximize, amsgrad, decoupled;
} Hyper;

#define OPTIMIZER_STATES 3

/* One parameter in a step. */
typedef struct {
  Tensor *parameter;                /* contiguous, perhaps a copy of the one below */
  Tensor *original;                 /* what the copy must be written back to, or NULL */
  Tensor *grad;                     /* contiguous, of the parameter's dtype */
  Tensor *state[OPTIMIZER_STATES];  /* contiguous, likewise; NULL: not in use */
  bool fresh;                       /* its state was made in this step */
  int64_t count;                    /* of its steps, this one included */
  int group;
} Update;

/* An algorithm made in C. */
typedef struct {
  ObjectClass base;
  const Option *options; /* of a group, into Hyper */
  bool decoupled;
  /* Names of the tensors of a parameter's state; NULL at the end. */
  const char *const *states;
  bool counts; /* the state has a field 'step' */
  /* Whether state tensor i is in use under 'hyper'. */
  bool (*uses)(const Hyper *hyper, int i);
  void (*check)(lua_State *L, const char *who, const Hyper *hyper);
  void (*update)(const Update *update, const Hyper *hyper);
} Algorithm;

extern const ObjectClass optimizer_class;

Optimizer *optimizer_check(lua_State *L, const char *function);
/* Methods of the algorithms: __init(self, params, ...) and step(self, closure). */
int algorithm_init(lua_State *L);
int algorithm_step(lua_State *L);
/* Reads the options of the group table at 'index'. */
void algorithm_read(lua_State *L, const Algorithm *algorithm, int index, Hyper *hyper);
/* Runs optim.Optimizer's part of __init: 1 self, 2 params, 3 defaults. */
void optimizer_setup(lua_State *L);

int optimizer_state_dict(lua_State *L);
int optimizer_load_state_dict(lua_State *L);

#endif
