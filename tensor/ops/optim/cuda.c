/* optim/cuda.c: one step of an optimiser on CUDA: a kernel moves several parameters at once. */
#include <stdio.h>

#include "device/cuda/cuda.h"
#include "ops/optim/cuda.h"
#include "ops/optim/optimiser.h"

_Static_assert(2 + OPTIMISER_STATES <= (int)BATCH_ARRAYS && (int)OPTIMISER_VALUES <= (int)BATCH_VALUES,
               "optim/cuda.h has room for every optimiser");

bool cuda_optimiser_has(DType dtype) { return dtype == DTYPE_FLOAT32 || dtype == DTYPE_FLOAT64; }

static void optimise_entry(const OptimiserRule *rule, const OptimiserUpdate *u, OptimiserEntry *e) {
  *e = (OptimiserEntry){.arrays = {tensor_data(u->parameter), tensor_data(u->grad)}, .n = u->parameter->numel,
                        .variant = u->variant};
  for (int i = 0; i < rule->n_states; i++)
    if (u->state[i] != NULL) e->arrays[2 + i] = tensor_data(u->state[i]);
  memcpy(e->values, u->values, sizeof u->own_values);
}

/* The parameters from the first on that are on one device, of one dtype, and fit; returns how many. */
static int optimise_batch(const OptimiserRule *rule, int64_t n, const OptimiserUpdate *updates, OptimiserBatch *batch,
                          int64_t *longest) {
  int k = 0;
  *longest = 0;
  for (; k < n && k < BATCH_ENTRIES && updates[k].parameter->kind == updates[0].parameter->kind; k++) {
    optimise_entry(rule, &updates[k], &batch->entry[k]);
    if (updates[k].parameter->numel > *longest) *longest = updates[k].parameter->numel;
  }
  return k;
}

Status cuda_optimise(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates) {
  char name[64];
  OptimiserBatch batch;
  snprintf(name, sizeof name, "optimise_%s", rule->word);
  for (int64_t at = 0; at < n;) {
    int64_t longest;
    const Tensor *first = updates[at].parameter;
    const int k = optimise_batch(rule, n - at, updates + at, &batch, &longest);
    const int64_t blocks = (longest + 255) / 256;
    const CudaShape shape = {{(unsigned)(blocks < 512 ? blocks : 512), (unsigned)k, 1}, {256, 1, 1}};
    if (longest > 0)
      TRY(launch_named(tensor_device(first), (DType)first->dtype, "optim", name, &shape, 0, (void *[]){&batch}));
    at += k;
  }
  return OK;
}
