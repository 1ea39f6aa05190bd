/* optimiser.h: one step of an optimiser over many parameters. The rules are rows of optimisers.lua, of which
** the generator makes 'optimiser_rules' and one loop for each element type and variant.
*/
#ifndef HECATE_OPTIMISER_H
#define HECATE_OPTIMISER_H

#include "optimisers.h"
#include "tensor.h"

#define OPTIMISER_ZERO (-1) /* of OptimiserState.initial: the state begins with zeros */

/* A tensor that a parameter has beside it, of its shape. */
typedef struct {
  const char *name;
  unsigned flag;     /* the state is in use by the variants that have this bit; 0: by all */
  ptrdiff_t initial; /* offset of the option (a double) with which it is filled, or OPTIMISER_ZERO */
} OptimiserState;

/* A number that a parameter has beside it. */
typedef struct {
  const char *name;
  double initial;
} OptimiserNumber;

/* What differs between two parameters of one group. */
typedef struct {
  int64_t count; /* of the steps of the parameter, this one included */
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
  /* Which loop the options ask for, as bits. */
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
  int64_t start; /* where the parameter begins when all lie one behind the other */
  const double *values;
  double own_values[OPTIMISER_VALUES];
} OptimiserUpdate;

/* Whether parameters of this dtype can be moved on their device. Complex ones are moved as twice as many real ones, as
** PyTorch's view_as_real does; those of 16 bits in float32, and what is kept of them is rounded. */
bool optimiser_has(const Tensor *parameter);

/* Moves all parameters by one step. On the CPU nothing is allocated and nothing can fail, so a step that began
** also ends. */
Status optimiser_run(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates);

/* One loop: arrays[0] is the parameter, [1] the gradient, [2] and on the state. */
typedef void (*OptimiserPass)(int64_t n, unsigned variant, void *const *arrays, const double *values);
typedef const OptimiserPass OptimiserPasses[OPTIMISER_COUNT];

#endif
