/* cuda.h: what the files of the plug-in share: devices, memory, streams, kernels. */
#ifndef HECATE_CUDA_H
#define HECATE_CUDA_H

#include <string.h>

#include "driver.h"
#include "walk.h"

/* ---- devices.c ---------------------------------------------------------------------- */

typedef struct {
  CudaDevice device;
  CudaContext context; /* NULL until it is used for the first time */
  CudaStream stream;   /* where calls go; NULL: the default one */
  int processors, major, minor;
  char name[64];
  size_t memory;
  Generator *generator;
} CudaState;

Status devices_open(void);
int devices_count(void);
int devices_current(void);
Status devices_set_current(int index);
/* Makes a device the one that the driver works on. */
Status devices_use(int index, CudaState **state);
Status devices_synchronize(int index);
/* What kernels noted since the last look, as the failure of 'who'. */
Status devices_faults(const char *who);
CudaAddress devices_fault_word(void);
Generator *devices_generator(int index);

/* ---- memory.c: the caching allocator ----------------------------------------------------- */

Status cuda_allocate(int index, size_t bytes, void **data);
void cuda_free(int index, void *data, size_t bytes);
void cuda_memory_stats(int index, MemoryStats *stats);
void cuda_memory_reset_peak(int index);
void cuda_memory_trim(int index);

/* ---- module.c: kernels by name --------------------------------------------------------------- */

/* The kernel NAME_DTYPE of a piece of the text of kernels of a dtype (an op, or "reduce" and the like). */
Status module_kernel(int index, DType dtype, const char *piece, const char *name, CudaFunction *out);

/* ---- compile.c: NVRTC ------------------------------------------------------------------------- */

/* Compiles a text for "sm_90"; the binary is to be freed with host->memory_free. */
Status compile_text(const char *name, const char *text, const char *arch, void **image, size_t *bytes);

/* ---- launch.c ------------------------------------------------------------------------------------ */

typedef struct {
  unsigned grid[3], block[3];
} CudaShape;
/* The shape of a launch in which several threads work on each line of 'length' elements. A block has at most 'most'
** threads. 'across': neighbours in memory belong to neighbouring lines, so that threads beside each other take lines
** beside each other; else they take elements of one line. */
CudaShape launch_lines(int64_t lines, int64_t length, bool across, int most);
/* Finds a kernel and launches it; without a shape, for n units of work, each of one thread. */
Status launch_named(Device device, DType dtype, const char *piece, const char *name, const CudaShape *shape, int64_t n,
                    void **parameters);

/* ---- walk.c, tensors.c ------------------------------------------------------------------------------ */

/* An elementwise kernel on tensors: operands[0] is the result. 'common' is the dtype that it computes in. Those
** that are on the CPU have one element. */
Status walk_run(const OpInfo *info, const void *attrs, DType common, int n, Tensor *const *operands, Device device);
Status cuda_fill(Tensor *t, Scalar value);
Status cuda_copy(Tensor *to, Tensor *from);
Status cuda_clear(Tensor *t); /* contiguous: all bytes 0 */
/* The dtype whose kernels move elements of so many bytes, at most 8. */
DType cuda_move_dtype(size_t size);

/* ---- calls.c: kernels by op; the functions are in ops/FAMILY/cuda.c ----------------------------------- */

bool cuda_has(const OpInfo *info, DType dtype);
Status cuda_elementwise(Call *c, DType common, DType result);
Status cuda_kernel(Call *c);
typedef Status (*CudaKernelFn)(Call *c);
Status cuda_sum(Call *c), cuda_mean(Call *c), cuda_prod(Call *c), cuda_amax(Call *c), cuda_amin(Call *c);
Status cuda_any(Call *c), cuda_all(Call *c), cuda_native_norm(Call *c), cuda_native_var(Call *c);
Status cuda_argmax(Call *c), cuda_argmin(Call *c), cuda_max_dim(Call *c), cuda_min_dim(Call *c);
Status cuda_softmax(Call *c), cuda_log_softmax(Call *c);
Status cuda_softmax_backward(Call *c), cuda_log_softmax_backward(Call *c);
Status cuda_nll_loss(Call *c), cuda_nll_loss_backward(Call *c);
Status cuda_uniform(Call *c), cuda_normal(Call *c), cuda_random(Call *c), cuda_bernoulli_fill(Call *c);
Status cuda_bernoulli(Call *c), cuda_native_dropout(Call *c);
Status cuda_gather(Call *c), cuda_index_select(Call *c), cuda_index(Call *c), cuda_index_put(Call *c);
Status cuda_scatter(Call *c), cuda_scatter_value(Call *c), cuda_scatter_add(Call *c), cuda_index_add(Call *c);
Status cuda_join(Call *c), cuda_flip(Call *c), cuda_tril(Call *c), cuda_triu(Call *c);
Status cuda_nonzero(Call *c), cuda_one_hot(Call *c), cuda_sort(Call *c), cuda_topk(Call *c),
       cuda_nth_smallest(Call *c);
Status cuda_conv2d(Call *c), cuda_conv2d_input(Call *c), cuda_conv2d_weight(Call *c);
Status cuda_max_pool2d(Call *c), cuda_avg_pool2d(Call *c), cuda_avg_pool2d_adjoint(Call *c);
Status cuda_native_batch_norm(Call *c), cuda_batch_norm_backward(Call *c);
Status cuda_native_layer_norm(Call *c), cuda_layer_norm_backward(Call *c);
Status cuda_cumsum(Call *c), cuda_cumsum_reverse(Call *c), cuda_cumprod(Call *c), cuda_cummax(Call *c);
Status cuda_cummin(Call *c), cuda_logcumsumexp(Call *c), cuda_linear_scan(Call *c);
Status cuda_mm(Call *c), cuda_bmm(Call *c), cuda_addmm(Call *c), cuda_linear(Call *c), cuda_cast_kernel(Call *c);

/* ---- ops/optim/cuda.c, ops/reduce/cuda.c ---------------------------------------------------------------- */

bool cuda_optimiser_has(DType dtype);
Status cuda_optimise(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates);
Status cuda_power_sum(const Tensor *t, double p, double *sum);

#endif
