/* cpu_fourier.h: transforms that the kernels of this folder share. A block holds lines of one length side by side:
** number j of line l stands at j * lines + l, all real parts first, then all imaginary parts. Each line gets the same
** bits, however many there are beside it.
*/
#ifndef HECATE_FOURIER_H
#define HECATE_FOURIER_H

#include "device/cpu/kernel.h"

#define FOURIER_FACTORS 64

/* What transforms of one length share. 'roots' are exp(-2 pi i k / n), real and imaginary parts in turn, of the
** element's type. */
typedef struct FourierPlan FourierPlan;
struct FourierPlan {
  int64_t n;
  int n_factors;
  int factors[FOURIER_FACTORS];
  void *roots;
  FourierPlan *padded; /* of Bluestein's: of the length of the convolution */
  void *chirp;         /* exp(-pi i k² / n), n of them */
  void *filter;        /* the transform of the conjugate chirp, with its mirror image, divided by its length */
};

/* Lines of a block that fill the registers and leave it in the cache. 'dtype' is complex here and below. */
int64_t KERNEL(fourier_lines)(DType dtype);
/* NULL without memory; fourier_plan_free takes it back. */
FourierPlan *KERNEL(fourier_plan)(DType dtype, int64_t n);
void KERNEL(fourier_plan_free)(FourierPlan *plan);
/* Real numbers of scratch for a block of lines. */
int64_t KERNEL(fourier_scratch)(const FourierPlan *plan, int64_t lines);
/* Transforms a block in place. */
void KERNEL(fourier_block)(DType dtype, const FourierPlan *plan, bool inverse, int64_t lines, void *x, void *scratch);

#endif
