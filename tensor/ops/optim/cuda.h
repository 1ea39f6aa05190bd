/* optim/cuda.h: the parameters that one kernel of an optimiser moves. C and the compilers of kernels read it. */
#ifndef HECATE_OPTIM_CUDA_H
#define HECATE_OPTIM_CUDA_H

/* Room for what optimisers.h says, which kernels do not read; optim/cuda.c compares. */
enum { BATCH_ENTRIES = 20, BATCH_ARRAYS = 6, BATCH_VALUES = 12 };

typedef struct {
  void *arrays[BATCH_ARRAYS]; /* the parameter, its gradient, the state */
  int64_t n;
  uint32_t variant;
  double values[BATCH_VALUES];
} OptimiserEntry;

/* Row y of the grid works on entry y. */
typedef struct {
  OptimiserEntry entry[BATCH_ENTRIES];
} OptimiserBatch;

#endif
