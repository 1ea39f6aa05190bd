/* index/cuda.h: what the kernels of indexing are told. C and the compilers of kernels read it. */
#ifndef HECATE_INDEX_CUDA_H
#define HECATE_INDEX_CUDA_H

#define INDEX_TENSORS 12 /* as many as a tensor has dimensions */

/* A walk over 'numel' elements. Each has a place in 'big': its coordinates times big_stride, and for each tensor of
** positions the position that it finds there times 'step'. Dimension 0 is the innermost; strides count elements. */
typedef struct {
  int64_t numel;
  int32_t ndim, n;  /* dimensions; tensors of positions */
  int32_t from_end; /* negative positions count from the end, else they are out of range */
  int64_t shape[WALK_DIMS], big_stride[WALK_DIMS], value_stride[WALK_DIMS];
  const int64_t *index[INDEX_TENSORS];
  int64_t index_stride[INDEX_TENSORS][WALK_DIMS], size[INDEX_TENSORS], step[INDEX_TENSORS];
  void *big;
  void *value;                /* what is read goes here, densely; what is written comes from here. NULL: 'number' */
  unsigned long long *owner;  /* of each element of 'big' the last of the walk that goes there, plus 1 */
  uint64_t number[2], factor[2]; /* elements: of what is written, and what it is multiplied by before it is added */
} Places;

/* Lines of n elements, 'inner' elements apart, of lines · n elements altogether. */
typedef struct {
  const void *x;
  void *out;
  int64_t *index;
  int64_t lines, n, inner;
  int64_t room;               /* the power of 2 from n on: elements of a line while it is sorted */
  int64_t size, distance;     /* of a step of the sort */
  int64_t kept;               /* the first elements of a line that are kept */
  int32_t one;                /* 1: not the first elements are kept, but one, of which 'wanted' says which */
  int64_t wanted;             /* the n of nth_smallest */
  int32_t descending;
  void *keys;                 /* [lines][room] */
  int64_t *places;
} SortLines;

/* Matrices of height × width. */
typedef struct {
  const void *x;
  void *out;
  int64_t numel, height, width, diagonal;
  int32_t lower;
} Triangles;

/* The positions of n elements that are not 0, as rows of ndim numbers; of one_hot the classes. */
typedef struct {
  const void *x;
  int64_t *out;
  int64_t n, classes;
  int32_t ndim;
  int64_t shape[WALK_DIMS];
} Found;

#define FOUND_THREADS 256

#endif
