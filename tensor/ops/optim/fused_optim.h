/* fused_optim.h: one step of an optimiser in one pass over a parameter. All tensors of
** a call are contiguous, of one floating point dtype and one size; nothing is
** allocated, so a step that began also ends.
*/
#ifndef HECATE_FUSED_OPTIM_H
#define HECATE_FUSED_OPTIM_H

#include "tensor.h"

/* Sutskever et al. 2013, in PyTorch's form: v = momentum v + (1 - dampening) g;
** p -= lr v, or lr (g + momentum v) with nesterov. */
typedef struct {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
  bool first; /* the velocity starts as the gradient */
} SgdStep;

/* 'velocity' is NULL without momentum. */
void fused_sgd(Tensor *p, const Tensor *grad, Tensor *velocity, const SgdStep *step);

/* Kingma and Ba 2015; decoupled: Loshchilov and Hutter 2019. */
typedef struct {
  double lr, beta1, beta2, eps, weight_decay;
  bool decoupled, maximize;
  int64_t count; /* of this step, from 1 */
} AdamStep;

/* 'largest' is the running maximum of the second moments (amsgrad), or NULL. */
void fused_adam(Tensor *p, const Tensor *grad, Tensor *mean, Tensor *square, Tensor *largest,
                const AdamStep *step);

/* Σ |x|ᵖ over a contiguous tensor in double precision; max |x| for p = INFINITY. */
double fused_power_sum(const Tensor *t, double p);

#endif
