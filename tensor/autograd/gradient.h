/* gradient.h: the C helpers of backward formulas. Each takes the backward call, then
** what the formula gave, and makes one tensor of ops.
*/
#ifndef HECATE_GRADIENT_H
#define HECATE_GRADIENT_H

#include "node.h"

Status pass(Backward *c, Tensor *grad, Tensor **out);     /* grad itself */
/* Fails: the derivative by this input is not known. */
Status no_gradient(Backward *c, Tensor *grad, int input, Tensor **out);
Status unexpand(Backward *c, Tensor *grad, Tensor **out); /* summed by the engine */
Status uncast(Backward *c, Tensor *grad, Tensor **out);
/* x itself; integers as numbers of the float type that 'like' is computed in, for functions that would give the default
** dtype of integers. */
Status as_float(Backward *c, Tensor *x, Tensor *like, Tensor **out);
Status scale(Backward *c, Tensor *grad, Scalar by, Tensor **out);
Status unpermute(Backward *c, Tensor *grad, const Ints *dims, Tensor **out);
Status unslice(Backward *c, Tensor *grad, int64_t dim, int64_t start, int64_t length, Tensor **out);
Status unselect(Backward *c, Tensor *grad, int64_t dim, int64_t index, Tensor **out);
Status unstride(Backward *c, Tensor *grad, int64_t dim, int64_t first, int64_t step, Tensor **out);

Status angle_gradient(Backward *c, Tensor *grad, Tensor *z, Tensor **out);
Status gradient_or_zeros(Backward *c, Tensor *grad, Tensor *result, Tensor **out);
Status sgn_gradient(Backward *c, Tensor *grad, Tensor *z, Tensor *s, Tensor **out);

#endif
