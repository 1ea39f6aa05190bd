/* reduce/cuda.h: what a kernel of reductions is told. C and the compilers of kernels read it. */
#ifndef HECATE_REDUCE_CUDA_H
#define HECATE_REDUCE_CUDA_H

#define REDUCE_THREADS 256 /* the most of a block */

/* What is done to a result; DEVIATION: it is divided, then its root; SCALE: 0 and infinity become 1; POWER: the power
** of 2 below it, of 0 and what is not finite 1. */
enum { REDUCE_PLAIN, REDUCE_DIVIDE, REDUCE_ROOT, REDUCE_DEVIATION, REDUCE_SCALE, REDUCE_POWER };

/* Blocks are x results wide, and y threads share the elements of one result. A result is cut into parts when there
** are too few of them to keep the device busy; then each part leaves a cell, and a second kernel joins them. */
typedef struct {
  const char *in;
  char *out;      /* of arg: the values, or NULL */
  char *cells;    /* [part][result]; of arg: the positions */
  int64_t results, length; /* elements of a result */
  int32_t parts, finish, out_dtype, out_size, largest;
  double divisor;
  int32_t n_kept, n_reduced; /* dimensions; 0 is the innermost */
  int64_t kept[WALK_DIMS], kept_stride[WALK_DIMS];
  int64_t reduced[WALK_DIMS], reduced_stride[WALK_DIMS]; /* in bytes */
} Reduction;

#endif
