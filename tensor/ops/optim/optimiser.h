/* optimiser.h: one step of an optimiser over many parameters. The rules are rows of optimisers.lua, of which
** the generator makes 'optimiser_rules' and one loop for each element type and variant.
*/
#ifndef HECATE_OPTIMISER_H
#define HECATE_OPTIMISER_H

#include "optimisers.h"
#include "tensor.h"

#define OPTIMISER_ZERO (-1) /* of OptimiserState.initial: the state begins with zeros */

/* A state of a parameter: a tensor of its shape. */
typedef struct {
  const char *name;
  unsigned flag;     /* a bit: only the variants that have it use the state; 0: all do */
  ptrdiff_t initial; /* where the option stands, a double, with which it is filled at first; or OPTIMISER_ZERO */
} OptimiserState;

/* A state of a parameter that is one number. */
typedef struct {
  const char *name;
  double initial;
} OptimiserNumber;

/* What differs between two parameters of one group. */
typedef struct {
  int64_t count; /* how many steps the parameter has made, with this one */
  bool first;    /* its state was made in this step */
  double numbers[OPTIMISER_NUMBERS];
} OptimiserStep;

typedef struct OptimiserRule {
  int id;
  const char *word;    /* "sgd": in the names of its kernels */
  size_t options_size; /* of the struct that 'options' points to, below */
  bool counts;         /* the steps of a parameter are counted */
  OptimiserState states[OPTIMISER_STATES];
  int n_states;
  OptimiserNumber numbers[OPTIMISER_NUMBERS];
  int n_numbers;
  /* The variant of the loop that the options ask for, as bits. */
  unsigned (*variant)(const void *options);
  /* Fills 'values' with what is the same for all elements; changes step->numbers. */
  void (*scalars)(const void *options, OptimiserStep *step, double *values);
} OptimiserRule;

extern const OptimiserRule optimiser_rules[OPTIMISER_COUNT];

/* One parameter in a step. The tensors are contiguous, of one size and of one dtype for which
** optimiser_has is true. */
typedef struct OptimiserUpdate {
  Tensor *parameter, *grad;
  Tensor *state[OPTIMISER_STATES]; /* NULL: not in use */
  const void *options;             /* of its group; shared by the parameters of one group */
  OptimiserStep step;
  /* Filled by optimiser_run: */
  unsigned variant;
  int64_t start; /* the position of its first element if all parameters are counted one after the other */
  const double *values;
  double own_values[OPTIMISER_VALUES];
} OptimiserUpdate;

/* Whether the device of a parameter has the loops for its dtype. A complex parameter is updated as twice as many real
** numbers, as PyTorch's view_as_real shows it. One of 16 bits is updated in float32, and the results are rounded. */
bool optimiser_has(const Tensor *parameter);

/* Makes one step of all parameters. On the CPU nothing is allocated and nothing can fail: a step is made whole or not
** at all. */
Status optimiser_run(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates);

/* One loop: arrays[0] is the parameter, [1] the gradient, [2] and on the state. */
typedef void (*OptimiserPass)(int64_t n, unsigned variant, void *const *arrays, const double *values);
typedef const OptimiserPass OptimiserPasses[OPTIMISER_COUNT];

#endif
