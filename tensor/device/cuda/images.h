/* images.h: the kernels in the plug-in, by dtype. The two tables are generated when the program is built. */
#ifndef HECATE_CUDA_IMAGES_H
#define HECATE_CUDA_IMAGES_H

#include "dtype.h"

extern const char *const cuda_texts[DTYPE_COUNT];  /* C++ for NVRTC; NULL: a type without kernels */
extern const void *const cuda_images[DTYPE_COUNT]; /* what nvcc made of it; NULL: NVRTC compiles */

#endif
