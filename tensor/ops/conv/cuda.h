/* conv/cuda.h: what the kernels of convolution and pooling are told. C and the compilers of kernels read it. */
#ifndef HECATE_CONV_CUDA_H
#define HECATE_CONV_CUDA_H

/* Pairs are {height, width}. 'planes' planes of in[0] × in[1] elements; the columns of a plane are
** kernel[0] · kernel[1] rows of out[0] · out[1] elements (im2col, Chellapilla, Puri and Simard 2006). */
typedef struct {
  void *image, *columns;
  int64_t planes, in[2], out[2], kernel[2], stride[2], padding[2], dilation[2];
} Columns;

/* Pooling: 'wide' are the planes of the input, 'narrow' those of the windows. */
typedef struct {
  void *wide, *narrow;
  int64_t *index; /* of the largest elements in their planes */
  int64_t planes, in[2], out[2], kernel[2], stride[2], padding[2], dilation[2];
  int64_t divisor; /* INT64_MIN: the size of the window */
  int32_t include_pad;
} Pool;

#endif
