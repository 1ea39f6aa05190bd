/* onednn.h: oneDNN 2, Intel's library of the products of neural networks, which compiles loops for a shape and the
** processor. It is opened when it is first needed (onednn.c), so that a program without convolutions never waits for it
** and runs where it is not installed. Builds without its headers do not have these files.
*/
#ifndef HECATE_ONEDNN_H
#define HECATE_ONEDNN_H

#include <dnnl.h>

#include "device/cpu/matrix.h"

/* The functions that we use, without their "dnnl_". */
#define ONEDNN_FUNCTIONS(X)                                                                             \
  X(engine_create) X(stream_create) X(stream_destroy) X(stream_wait) X(set_max_cpu_isa)                 \
  X(memory_desc_init_by_tag) X(memory_desc_equal) X(memory_desc_get_size)                               \
  X(dilated_convolution_forward_desc_init) X(dilated_convolution_backward_data_desc_init)               \
  X(dilated_convolution_backward_weights_desc_init)                                                     \
  X(primitive_attr_create) X(primitive_attr_destroy) X(primitive_attr_set_scratchpad_mode)              \
  X(primitive_desc_create) X(primitive_desc_destroy) X(primitive_desc_query_md)                         \
  X(reorder_primitive_desc_create) X(primitive_create) X(primitive_destroy) X(primitive_execute)        \
  X(memory_create) X(memory_destroy) X(sgemm)

typedef struct {
#define ONEDNN_FIELD(name) __typeof__(dnnl_##name) *name;
  ONEDNN_FUNCTIONS(ONEDNN_FIELD)
#undef ONEDNN_FIELD
  dnnl_engine_t engine;
} OneDnn;

/* NULL: it is not installed, or the processor has no AVX2, or HECATE_CPU=base asks for plain loops. */
const OneDnn *onednn(void);

extern int64_t onednn_plans_taken; /* how often it has computed a convolution or a product: for tests */

#endif
