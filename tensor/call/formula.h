/* formula.h: what generated composites call (scripts/gen/composite.lua), and how their own name gets into
** the failures of the ops that they are made of.
*/
#ifndef HECATE_FORMULA_H
#define HECATE_FORMULA_H

#include "core/internal.h"

/* ---- lists of sizes -------------------------------------------------------- */

/* 'dim' counts from 0; negative ones from the end. */
Ints formula_before(Ints list, int64_t dim); /* the elements before it */
Ints formula_after(Ints list, int64_t dim);  /* those behind it */
Ints formula_only(Ints list, int64_t dim);   /* 1 but for element 'dim' */
Ints formula_others(Ints list, int64_t dim); /* the positions of all others */
Ints formula_broadcast(Ints a, Ints b);      /* the shape that two shapes broadcast to, where they do */
Ints formula_join(Ints a, Ints b); /* what is more than TENSOR_MAX_DIMS is left out */
int64_t formula_product(Ints list);
/* Element 'i'; -1 is the last one. */
static inline int64_t formula_size(Ints list, int i) { return list.v[i < 0 ? list.n + i : i]; }
/* Size 'i' of a tensor; -1 is the last one. 0 where it has none: an op of a formula that checks nothing refuses it. */
static inline int64_t formula_shape(const Tensor *t, int i) {
  if (i < 0) i += t->ndim;
  return i >= 0 && i < t->ndim ? t->shape[i] : 0;
}
static inline double formula_max_double(double a, double b) { return a > b ? a : b; }
static inline int64_t formula_max_int(int64_t a, int64_t b) { return a > b ? a : b; }

/* ---- conditions of checks ------------------------------------------------------ */

/* Whether two shapes without their last 'skip' dimensions broadcast. */
bool formula_broadcasts(const Tensor *a, const Tensor *b, int skip);
/* Whether the shape of 't' ends with the sizes of a list that has some. */
bool formula_ends_with(const Tensor *t, const Ints *sizes);

/* ---- composites -------------------------------------------------------------- */

/* Optional input 'i', NULL where it is not given. */
static inline Tensor *formula_input(const Call *c, int i) { return i < c->n_in ? c->in[i] : NULL; }
/* Gives a temporary back before the function ends. */
static inline void formula_drop(Tensor **t) {
  tensor_release(*t);
  *t = NULL;
}

/* A failure in an op that 'info' is made of, told as one of 'info': its name stands first instead of the inner op's,
** and an argument that 'info' does not have is not mentioned. Returns 'status'. */
Status formula_own_failure(const OpInfo *info, Status status);

#endif
