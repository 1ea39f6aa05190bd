/* calls.c: which ops there are on CUDA. */
#include "blas.h"
#include "cuda.h"

#define CALLS_NATIVE(d) (!dtype_is_computed(d) && !dtype_is_stored(d) && !dtype_is_complex(d))

/* Dtypes of a kernel. MOVES: those whose elements have a size that a kernel has; FLOATS: float32 and float64. */
typedef enum { CALLS_NUMBERS, CALLS_DRAWS, CALLS_PRODUCTS, CALLS_FLOATS, CALLS_MOVES, CALLS_ANY } CallsTypes;

static const struct {
  CudaKernelFn run;
  CallsTypes types;
} calls_kernels[OP_COUNT] = {
    [OP_SUM] = {cuda_sum, 0}, [OP_MEAN] = {cuda_mean, 0}, [OP_PROD] = {cuda_prod, 0},
    [OP_AMAX] = {cuda_amax, 0}, [OP_AMIN] = {cuda_amin, 0}, [OP_MAX] = {cuda_amax, 0}, [OP_MIN] = {cuda_amin, 0},
    [OP_ANY] = {cuda_any, 0}, [OP_ALL] = {cuda_all, 0}, [OP_NATIVE_NORM] = {cuda_native_norm, 0},
    [OP_NATIVE_VAR] = {cuda_native_var, 0},
    [OP_ARGMAX] = {cuda_argmax, 0}, [OP_ARGMIN] = {cuda_argmin, 0},
    [OP_MAX_DIM] = {cuda_max_dim, 0}, [OP_MIN_DIM] = {cuda_min_dim, 0},
    [OP_SOFTMAX] = {cuda_softmax, 0}, [OP_LOG_SOFTMAX] = {cuda_log_softmax, 0},
    [OP_SOFTMAX_BACKWARD] = {cuda_softmax_backward, 0}, [OP_LOG_SOFTMAX_BACKWARD] = {cuda_log_softmax_backward, 0},
    [OP_NLL_LOSS] = {cuda_nll_loss, 0}, [OP_NLL_LOSS_BACKWARD] = {cuda_nll_loss_backward, 0},
    [OP_UNIFORM] = {cuda_uniform, CALLS_DRAWS}, [OP_NORMAL] = {cuda_normal, CALLS_DRAWS},
    [OP_RANDOM] = {cuda_random, CALLS_DRAWS}, [OP_BERNOULLI_FILL] = {cuda_bernoulli_fill, CALLS_DRAWS},
    [OP_BERNOULLI] = {cuda_bernoulli, 0}, [OP_NATIVE_DROPOUT] = {cuda_native_dropout, 0},
    [OP_MM] = {cuda_mm, CALLS_PRODUCTS}, [OP_BMM] = {cuda_bmm, CALLS_PRODUCTS},
    [OP_ADDMM] = {cuda_addmm, CALLS_PRODUCTS}, [OP_LINEAR] = {cuda_linear, CALLS_PRODUCTS},
    [OP_CAST] = {cuda_cast_kernel, CALLS_ANY},
    [OP_GATHER] = {cuda_gather, CALLS_MOVES}, [OP_INDEX_SELECT] = {cuda_index_select, CALLS_MOVES},
    [OP_INDEX] = {cuda_index, CALLS_MOVES}, [OP_INDEX_PUT] = {cuda_index_put, 0},
    [OP_SCATTER] = {cuda_scatter, 0}, [OP_SCATTER_VALUE] = {cuda_scatter_value, 0},
    [OP_SCATTER_ADD] = {cuda_scatter_add, 0}, [OP_INDEX_ADD] = {cuda_index_add, 0},
    [OP_JOIN] = {cuda_join, CALLS_ANY}, [OP_FLIP] = {cuda_flip, CALLS_ANY},
    [OP_TRIL] = {cuda_tril, CALLS_MOVES}, [OP_TRIU] = {cuda_triu, CALLS_MOVES},
    [OP_NONZERO] = {cuda_nonzero, 0}, [OP_ONE_HOT] = {cuda_one_hot, 0},
    [OP_SORT] = {cuda_sort, 0}, [OP_TOPK] = {cuda_topk, 0},
    [OP_NTH_SMALLEST] = {cuda_nth_smallest, 0},
    [OP_CONV2D] = {cuda_conv2d, CALLS_FLOATS}, [OP_CONV2D_INPUT] = {cuda_conv2d_input, CALLS_FLOATS},
    [OP_CONV2D_WEIGHT] = {cuda_conv2d_weight, CALLS_FLOATS},
    [OP_MAX_POOL2D] = {cuda_max_pool2d, 0}, [OP_MAX_POOL2D_WITH_INDICES] = {cuda_max_pool2d, 0},
    [OP_AVG_POOL2D] = {cuda_avg_pool2d, 0}, [OP_AVG_POOL2D_ADJOINT] = {cuda_avg_pool2d_adjoint, 0},
    [OP_NATIVE_BATCH_NORM] = {cuda_native_batch_norm, 0}, [OP_BATCH_NORM_BACKWARD] = {cuda_batch_norm_backward, 0},
    [OP_NATIVE_LAYER_NORM] = {cuda_native_layer_norm, 0}, [OP_LAYER_NORM_BACKWARD] = {cuda_layer_norm_backward, 0},
    [OP_CUMSUM] = {cuda_cumsum, 0}, [OP_CUMSUM_REVERSE] = {cuda_cumsum_reverse, 0},
    [OP_CUMPROD] = {cuda_cumprod, 0}, [OP_CUMMAX] = {cuda_cummax, 0}, [OP_CUMMIN] = {cuda_cummin, 0},
    [OP_LOGCUMSUMEXP] = {cuda_logcumsumexp, 0}, [OP_LINEAR_SCAN] = {cuda_linear_scan, 0},
};

bool cuda_has(const OpInfo *info, DType dtype) {
  if (info->id >= OP_COUNT) return false;
  if (info->kind == KIND_ELEMENTWISE) return CALLS_NATIVE(dtype) && (info->types >> dtype & 1);
  if (calls_kernels[info->id].run == NULL) return false;
  switch (calls_kernels[info->id].types) {
    case CALLS_NUMBERS: return CALLS_NATIVE(dtype);
    case CALLS_DRAWS: return CALLS_NATIVE(dtype) || dtype == DTYPE_FLOAT16 || dtype == DTYPE_BFLOAT16;
    case CALLS_PRODUCTS: return blas_has(dtype);
    case CALLS_FLOATS: return dtype == DTYPE_FLOAT32 || dtype == DTYPE_FLOAT64;
    case CALLS_MOVES: return dtype_size(dtype) <= 8;
    case CALLS_ANY: break;
  }
  return true;
}

Status cuda_kernel(Call *c) {
  const CudaKernelFn run = c->op < OP_COUNT ? calls_kernels[c->op].run : NULL;
  if (run == NULL) return host->fail(ERROR_ARGUMENT, "%s: not there on cuda yet", c->info->lua_name);
  for (int i = 0; i < c->n_in; i++)
    if (c->in[i] != NULL && c->in[i]->device != 0 && !cuda_has(c->info, (DType)c->in[i]->dtype))
      return host->fail(ERROR_ARGUMENT, "%s: not there on cuda for %s yet", c->info->lua_name,
                        dtype_table[c->in[i]->dtype].name);
  return run(c);
}

Status cuda_elementwise(Call *c, DType common, DType result) {
  Tensor *operands[WALK_OPERANDS] = {c->out[0]};
  (void)result;
  for (int i = 0; i < c->n_in; i++) operands[i + 1] = c->in[i];
  return walk_run(c->info, c->attrs, common, c->n_in + 1, operands, tensor_device(c->out[0]));
}
