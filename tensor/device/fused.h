/* fused.h: several elementwise ops, with a reduction at the end perhaps, as one walk over memory. A program
** has registers and steps. It is run strip after strip of FUSED_STRIP elements; what steps hand to each other lies
** in buffers of a strip, which stay in the first-level cache. So memory is read once for each operand, written
** once for each result.
**
** Each step is a strip or a cast of the unfused ops, on the same elements in the same dtypes, and strips begin at
** multiples of the block in which their loops work: the results have the same bits as those of the ops one by one.
*/
#ifndef HECATE_FUSED_H
#define HECATE_FUSED_H

#include "core/internal.h"

#define FUSED_STRIP STRIP
#define FUSED_STEPS 96
#define FUSED_REGISTERS 128
#define FUSED_BUFFERS 32
#define FUSED_BLOCK 256 /* elements: strips begin at multiples of it (LOOP in device/cpu/strip.h) */
#define FUSED_LEAST 2048 /* elements: for fewer a call costs less than to make a program */
/* With a gradient a program pays from FUSED_GRADIENT * FUSED_LEAST elements on. Up to FUSED_GRADIENT_KEEPS *
** FUSED_LEAST elements it keeps those results of costly ops that the gradient reads; for more elements it costs less to
** compute them anew than to move them through memory. */
#define FUSED_GRADIENT 2
#define FUSED_GRADIENT_KEEPS 512
extern int64_t fused_least; /* FUSED_LEAST, or what a test sets */
extern int64_t fused_walks; /* how many programs were run */

typedef enum {
  REGISTER_BUFFER, /* the result of a step, which later steps read; it has no memory of the whole shape */
  REGISTER_DENSE,  /* memory of the whole shape, in order */
  REGISTER_SINGLE, /* one element for all */
  REGISTER_SPREAD  /* an operand that is broadcast: copied to a buffer strip by strip */
} RegisterKind;

typedef struct {
  uint8_t kind, dtype;
  int16_t buffer; /* REGISTER_BUFFER and REGISTER_SPREAD: the number of the buffer; -1: none yet */
  int16_t last;   /* the last step that uses it */
  char *data;
  int ndim; /* of spread ones: sizes of the result, strides in bytes */
  int64_t shape[TENSOR_MAX_DIMS], stride[TENSOR_MAX_DIMS];
  uint64_t single[2]; /* the element, cast already */
} FusedRegister;

typedef struct {
  StripFn strip; /* NULL: the step is a cast */
  CastFn cast;   /* where 'strip' is NULL */
  const void *attrs;
  int n; /* of p */
  int16_t p[ITER_MAX_OPERANDS]; /* registers: the result, then inputs */
} FusedStep;

typedef struct {
  int64_t numel;
  int ndim;
  int64_t shape[TENSOR_MAX_DIMS];
  int n_registers, n_steps, n_buffers;
  int cost; /* cycles of an element */
  bool full; /* there was no room for a step */
  FusedRegister registers[FUSED_REGISTERS];
  FusedStep steps[FUSED_STEPS];
  /* The reduction: of each 'length' elements of register 'folded' one of 'out'. */
  OpId reduction; /* OP_COUNT: none */
  int folded;
  int64_t length;
  Tensor *out; /* borrowed */
} FusedProgram;

/* ---- fused.c: what can be in one ---------------------------------------------------------------- */

/* Whether an op that computes in this dtype can be a step. */
bool fused_takes_op(const OpInfo *info, DType compute);
/* Whether a strip of the op can read the operand as it lies, or a copy of a strip of it has the same outcome; 'numel'
** is that of the result. */
bool fused_takes(const OpInfo *info, const Tensor *t, int64_t numel);
/* Whether a call can be the reduction at the end: 'in' (its elements are not looked at) is reduced over its last
** dimensions, of more than one element together. */
bool fused_takes_reduction(const OpInfo *info, const void *attrs, const Tensor *in);

/* ---- fused.c: making programs ------------------------------------------------------------------- */

void fused_start(FusedProgram *p, int ndim, const int64_t *shape);
/* The register of a tensor that lies on the CPU; the same tensor has the same. */
int fused_operand(FusedProgram *p, Tensor *t);
/* An elementwise op on registers, in dtype 'common', with this result (call_elementwise_dtypes says both). The result
** goes into 'to', which is dense and of the whole shape, or where it is NULL into a buffer. Returns its register. */
int fused_step(FusedProgram *p, const OpInfo *info, const void *attrs, DType common, DType result, int n_inputs,
               const int *inputs, Tensor *to);
/* sum, mean, prod, amax or amin of a register of float32 or float64, over the last dimensions, into 'out'. */
void fused_reduce(FusedProgram *p, OpId reduction, int folded, Tensor *out);
/* Whether there was room for all steps, and there are buffers for what they hand on. Only then it can be run. */
bool fused_fits(FusedProgram *p);
Status fused_run(FusedProgram *p);

#endif
