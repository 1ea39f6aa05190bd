/* fft/cpu.c: discrete Fourier transforms of contiguous tensors along one dimension. Stockham's algorithm (which needs
** no reordering) with the prime factors of the length, 4 in place of two 2; lengths with a factor above FOURIER_PRIME
** by Bluestein's, as a convolution of a length that is a power of 2. Cooley and Tukey 1965; Stockham 1966; Bluestein
** 1970.
*/
#include <math.h>
#include <stdlib.h>

#include "device/cpu/kernel.h"

#define FOURIER_PRIME 31   /* larger factors are not summed directly */
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

/* The factors of n; false where one is too large. */
static bool fourier_factor(int64_t n, FourierPlan *plan) {
  plan->n_factors = 0;
  while (n % 4 == 0) plan->factors[plan->n_factors++] = 4, n /= 4;
  for (int p = 2; p <= FOURIER_PRIME && n > 1; p++)
    while (n % p == 0) plan->factors[plan->n_factors++] = p, n /= p;
  return n == 1;
}

static void fourier_plan_free(FourierPlan *plan) {
  if (plan == NULL) return;
  fourier_plan_free(plan->padded);
  free(plan->roots);
  free(plan->chirp);
  free(plan->filter);
  free(plan);
}

#define BODY "ops/fft/fourier_body.h"
#include "each_complex.h"

typedef FourierPlan *(*FourierPlanFn)(int64_t n);
typedef void (*FourierRunFn)(const FourierPlan *plan, bool inverse, void *x, void *scratch);
static const FourierPlanFn fourier_plans[DTYPE_COUNT] = COMPLEX_TABLE(fourier_plan);
static const FourierRunFn fourier_runs[DTYPE_COUNT] = COMPLEX_TABLE(fourier_run);

/* Elements of scratch for one line: the line, and what its transform needs. */
static int64_t fourier_scratch(const FourierPlan *plan) {
  return plan->n + (plan->padded != NULL ? 2 * plan->padded->n : plan->n);
}

/* Line 'l' of outer × n × inner, through the scratch. */
static void fourier_line(const Call *c, const FourierPlan *plan, bool inverse, int64_t inner, int64_t l,
                         char *scratch) {
  const size_t size = tensor_itemsize(c->out[0]);
  const int64_t n = plan->n, first = l / inner * n * inner + l % inner;
  const char *in = (const char *)tensor_data(c->in[0]) + (size_t)first * size;
  char *out = (char *)tensor_data(c->out[0]) + (size_t)first * size;
  for (int64_t i = 0; i < n; i++) memcpy(scratch + (size_t)i * size, in + (size_t)(i * inner) * size, size);
  fourier_runs[c->out[0]->dtype](plan, inverse, scratch, scratch + (size_t)n * size);
  for (int64_t i = 0; i < n; i++) memcpy(out + (size_t)(i * inner) * size, scratch + (size_t)i * size, size);
}

Status KERNEL(fourier)(Call *c) {
  const FourierAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int at;
  int64_t lines = 1, inner = 1;
  TRY(resolve_dim("fourier", a->dim, in->ndim, &at));
  if (in->numel == 0) return OK;
  for (int d = 0; d < in->ndim; d++) {
    if (d != at) lines *= in->shape[d];
    if (d > at) inner *= in->shape[d];
  }
  FourierPlan *plan = fourier_plans[in->dtype](in->shape[at]);
  if (plan == NULL) return fail(ERROR_MEMORY, "fourier: not enough memory");
  const size_t bytes = (size_t)fourier_scratch(plan) * tensor_itemsize(in);
  bool failed = false;
#pragma omp parallel if (lines > 1 && worth_threads(in->numel, 20))
  {
    char *scratch = malloc(bytes);
    if (scratch == NULL) {
#pragma omp atomic write
      failed = true;
    }
#pragma omp for schedule(static)
    for (int64_t l = 0; l < lines; l++)
      if (scratch != NULL && !interrupt_requested()) fourier_line(c, plan, a->inverse, inner, l, scratch);
    free(scratch);
  }
  fourier_plan_free(plan);
  return failed ? fail(ERROR_MEMORY, "fourier: not enough memory") : OK;
}
