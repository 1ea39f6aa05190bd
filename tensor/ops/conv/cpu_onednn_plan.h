/* conv/cpu_onednn_plan.h: what oneDNN has compiled for a convolution, kept by its shape (cpu_onednn_plan.c). */
#ifndef HECATE_CONV_ONEDNN_PLAN_H
#define HECATE_CONV_ONEDNN_PLAN_H

#include "device/cpu/onednn.h"
#include "ops/conv/cpu.h"

/* All fields are int64_t, so that keys have no gaps and are compared as bytes. */
typedef struct {
  Window w; /* batch: samples that the primitive takes together */
  int64_t op, bias;
  int64_t threads; /* of the primitive */
} ConvKey;

typedef enum { PLANES_IN, CONV_FILTER, PLANES_OUT, CONV_SIDES } ConvSide;

/* One of the three tensors. 'packed' is how the primitive wants it; 'pack' converts to it, or from it where the
** tensor is the result. */
typedef struct {
  dnnl_memory_desc_t plain, packed;
  size_t bytes;          /* of the packed one; 0: it is the plain one */
  dnnl_primitive_t pack; /* NULL: as well */
} ConvPacking;

typedef struct ConvPlan {
  struct ConvPlan *next;
  ConvKey key;
  int users;
  bool works; /* false: oneDNN has nothing for this shape */
  dnnl_primitive_t primitive;
  ConvPacking side[CONV_SIDES];
  dnnl_memory_desc_t bias, scratchpad;
  size_t scratch; /* bytes of the scratchpad */
} ConvPlan;

/* The side that an op computes. */
static inline ConvSide conv_result(ConvOp op) {
  return op == CONV_FORWARD ? PLANES_OUT : op == CONV_INPUT ? PLANES_IN : CONV_FILTER;
}

/* The plan for a key, made where there is none yet; NULL without memory. The caller gives it back. */
const ConvPlan *KERNEL(onednn_plan_take)(const OneDnn *dnn, const ConvKey *key);
void KERNEL(onednn_plan_give)(const ConvPlan *plan);

#endif
