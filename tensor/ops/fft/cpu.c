/* fft/cpu.c: discrete Fourier transforms of contiguous tensors along one dimension. Stockham's algorithm (which needs
** no reordering) with the prime factors of the length, 4 in place of two 2; lengths with a factor above FOURIER_PRIME
** by Bluestein's, as a convolution of a length that is a power of 2. Cooley and Tukey 1965; Stockham 1966; Bluestein
** 1970. A step works on s lines of a shorter length at once, so lines beside each other are a larger s to begin with.
*/
#include <math.h>
#include <stdlib.h>

#include "ops/fft/cpu_fourier.h"

#define FOURIER_PRIME 31 /* larger factors are not summed directly */
#define FOURIER_BYTES 64 /* of the numbers of a block that stand side by side */

/* The factors of n; false where one is too large. */
static bool fourier_factor(int64_t n, FourierPlan *plan) {
  plan->n_factors = 0;
  while (n % 4 == 0) plan->factors[plan->n_factors++] = 4, n /= 4;
  for (int p = 2; p <= FOURIER_PRIME && n > 1; p++)
    while (n % p == 0) plan->factors[plan->n_factors++] = p, n /= p;
  return n == 1;
}

void KERNEL(fourier_plan_free)(FourierPlan *plan) {
  if (plan == NULL) return;
  KERNEL(fourier_plan_free)(plan->padded);
  free(plan->roots);
  free(plan->chirp);
  free(plan->filter);
  free(plan);
}

#define BODY "ops/fft/fourier_steps_body.h"
#include "each_complex.h"
#define BODY "ops/fft/fourier_body.h"
#include "each_complex.h"

typedef FourierPlan *(*FourierPlanFn)(int64_t n);
typedef void (*FourierRunFn)(const FourierPlan *plan, bool inverse, int64_t lines, void *x, void *scratch);
typedef void (*FourierMoveFn)(int64_t n, int64_t lines, const int64_t *places, int64_t inner, void *tensor,
                              void *block);
static const FourierPlanFn fourier_plans[DTYPE_COUNT] = COMPLEX_TABLE(fourier_plan);
static const FourierRunFn fourier_runs[DTYPE_COUNT] = COMPLEX_TABLE(fourier_run);
static const FourierMoveFn fourier_gathers[DTYPE_COUNT] = COMPLEX_TABLE(fourier_gather);
static const FourierMoveFn fourier_scatters[DTYPE_COUNT] = COMPLEX_TABLE(fourier_scatter);

int64_t KERNEL(fourier_lines)(DType dtype) { return 2 * FOURIER_BYTES / (int64_t)dtype_size(dtype); }

FourierPlan *KERNEL(fourier_plan)(DType dtype, int64_t n) { return fourier_plans[dtype](n); }

int64_t KERNEL(fourier_scratch)(const FourierPlan *plan, int64_t lines) {
  return 2 * lines * (plan->padded != NULL ? 2 * plan->padded->n : plan->n);
}

void KERNEL(fourier_block)(DType dtype, const FourierPlan *plan, bool inverse, int64_t lines, void *x, void *scratch) {
  fourier_runs[dtype](plan, inverse, lines, x, scratch);
}

/* Lines from 'first' on, 'count' of them, of outer × n × inner, through the block. */
static void fourier_portion(const Call *c, const FourierPlan *plan, int64_t inner, int64_t first, int64_t count,
                            char *block) {
  const FourierAttrs *a = c->attrs;
  const DType dtype = (DType)c->out[0]->dtype;
  int64_t places[FOURIER_BYTES];
  for (int64_t l = 0; l < count; l++)
    places[l] = (first + l) / inner * plan->n * inner + (first + l) % inner;
  fourier_gathers[dtype](plan->n, count, places, inner, tensor_data(c->in[0]), block);
  fourier_runs[dtype](plan, a->inverse, count, block, block + (size_t)(plan->n * count) * dtype_size(dtype));
  fourier_scatters[dtype](plan->n, count, places, inner, tensor_data(c->out[0]), block);
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
  const int64_t many = KERNEL(fourier_lines)((DType)in->dtype), beside = lines < many ? lines : many;
  const size_t bytes = (size_t)beside * (size_t)plan->n * tensor_itemsize(in) +
                       (size_t)KERNEL(fourier_scratch)(plan, beside) * tensor_itemsize(in) / 2;
  bool failed = false;
#pragma omp parallel if (lines > beside && worth_threads(in->numel, 40))
  {
    char *block = malloc(bytes);
    if (block == NULL) {
#pragma omp atomic write
      failed = true;
    }
#pragma omp for schedule(static)
    for (int64_t first = 0; first < lines; first += beside)
      if (block != NULL && !interrupt_requested())
        fourier_portion(c, plan, inner, first, first + beside < lines ? beside : lines - first, block);
    free(block);
  }
  KERNEL(fourier_plan_free)(plan);
  return failed ? fail(ERROR_MEMORY, "fourier: not enough memory") : OK;
}
