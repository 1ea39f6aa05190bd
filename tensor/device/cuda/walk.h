/* walk.h: the operands of an elementwise kernel: where they lie and how their elements follow each other. The host
** fills it (walk.c), kernels read it as a parameter. C, nvcc, NVRTC and g++ read this file.
*/
#ifndef HECATE_CUDA_WALK_H
#define HECATE_CUDA_WALK_H

#define WALK_OPERANDS 4 /* the result, then the inputs */
#define WALK_DIMS 12

/* Division of a number below 2³¹ by 'size' without a division: (n · magic / 2³² + n) / 2^shift, in 64 bits. */
typedef struct {
  uint32_t size, magic, shift;
} WalkSize;

typedef struct {
  uint32_t numel; /* below 2³¹: the host cuts larger ones */
  int32_t ndim;   /* dimensions, merged where they follow each other; 0 is the innermost */
  WalkSize size[WALK_DIMS];
  int64_t stride[WALK_OPERANDS][WALK_DIMS]; /* in bytes */
  char *data[WALK_OPERANDS];                /* NULL: the operand is 'number' */
  int32_t dtype[WALK_OPERANDS];
  int32_t one[WALK_OPERANDS]; /* one element stands for all */
  uint64_t number[WALK_OPERANDS][2];
} Walk;

#endif
