/* optimise.h: the step of an optimiser as an op, so that a graph can have one. The number of steps that a parameter has
** made and the numbers of the rule are in a tensor here, 'progress', which the op itself changes: so they go on when
** the graph runs again.
*/
#ifndef HECATE_GRAPH_OPTIMISE_H
#define HECATE_GRAPH_OPTIMISE_H

#include "graph/graph.h"
#include "ops/optim/optimiser.h"

/* optimiser_step(parameter, progress, grad, state1, state2, state3; rule, options): all inputs change but grad.
** 'progress' is float64: the number of steps made, then the numbers of the rule. 'rule' is the place of the rule in
** optimiser_rules; 'options' its options, byte for byte as hexadecimal digits. */
typedef struct {
  int64_t rule;
  Text options;
} OptimiserStepAttrs;
enum { OPTIMISE_PARAMETER, OPTIMISE_PROGRESS, OPTIMISE_GRAD, OPTIMISE_STATE,
       OPTIMISE_INPUTS = OPTIMISE_STATE + OPTIMISER_STATES };

const OpInfo *optimise_op(void); /* registered when the program starts */
/* The attributes of the op for an update, and the tensor of its progress as it is after the step. */
Status optimise_attributes(const OptimiserRule *rule, const OptimiserUpdate *u, OptimiserStepAttrs *out);
Status optimise_progress(const OptimiserRule *rule, const OptimiserUpdate *u, Tensor **out);

#endif
