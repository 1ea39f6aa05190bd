/* scan/cuda.h: what the kernels of scans are told. C and the compilers of kernels read it. */
#ifndef HECATE_SCAN_CUDA_H
#define HECATE_SCAN_CUDA_H

/* Lines of n elements, 'inner' elements apart; 'reverse': from the last element to the first. */
typedef struct {
  const void *x, *factor;
  void *out;
  int64_t *index;
  int64_t lines, n, inner;
  int32_t reverse, largest;
} ScanLines;

#endif
