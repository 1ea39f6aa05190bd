/* cpu_moments.h: mean and sum of squared distances from it, of numbers that come in several portions. Both are double
** for float32, whose squares leave the range of float32 above 1.8e19 and below 1e-19.
*/
#ifndef HECATE_REDUCE_MOMENTS_H
#define HECATE_REDUCE_MOMENTS_H

#include "cpu_fold.h"

typedef struct {
  double mean, squares, count; /* squares: Σ (x - mean)² */
} Moments;

/* Of two portions (Chan, Golub and LeVeque 1979). */
static inline Moments moments_join(Moments a, Moments b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  const double n = a.count + b.count, distance = b.mean - a.mean, part = b.count / n;
  return (Moments){a.mean + distance * part, a.squares + b.squares + distance * distance * (a.count * part), n};
}

/* Σ (x - mean)² from 'sum', the sum of the n distances from another number, and 'squares', that of their squares. */
static inline double moments_about_mean(double squares, double sum, double n) {
  const double less = sum / n * sum;
  const double left = less < squares ? squares - less : squares < INFINITY ? 0 : squares;
  return left + (sum - sum); /* NaN where some x is infinite */
}

/* Folds of floats whose cells are Moments. */
extern FoldTable KERNEL(moments_folds);

#endif
