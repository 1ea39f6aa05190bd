/* cpu/calls.c: elementwise calls of any operands, and kernels. */
#include "cpu.h"

static StripFn cpu_strip_of(const OpInfo *info, DType dtype) {
  return info->id < OP_COUNT ? cpu_strips[dtype][info->id] : info->strips[dtype];
}

static KernelFn cpu_kernel_of(const OpInfo *info) { return info->id < OP_COUNT ? cpu_kernels[info->id] : info->kernel; }

bool cpu_has(const OpInfo *info, DType dtype) {
  if (info->kind == KIND_ELEMENTWISE) return cpu_strip_of(info, dtype) != NULL;
  return cpu_kernel_of(info) != NULL && (info->moves || info->halves || !dtype_is_computed(dtype));
}

Status cpu_kernel(Call *c) { return cpu_kernel_of(c->info)(c); }

/* A strip function with casts around it: operands of other dtypes are cast into buffers and the result out of one, a
** piece at a time, so that the buffers stay in the first-level cache. */
typedef struct {
  StripFn strip;
  CastFn cast_in[ITER_MAX_OPERANDS]; /* NULL: the operand needs no cast */
  CastFn cast_out;
  int n_operands;
  int64_t length;                    /* elements that fit a buffer */
  int64_t size[ITER_MAX_OPERANDS];   /* element size inside the kernel */
  const void *attrs;
} Casting;

static void casting_strip(int64_t n, char *const *operands, const int64_t *strides, const void *self) {
  const Casting *e = self;
  _Alignas(64) char buffer[ITER_MAX_OPERANDS][BUFFER_BYTES];
  for (int64_t from = 0; from < n; from += e->length) {
    int64_t m = n - from < e->length ? n - from : e->length, stride[ITER_MAX_OPERANDS];
    char *p[ITER_MAX_OPERANDS], *target = operands[0] + from * strides[0];
    for (int k = 0; k < e->n_operands; k++) {
      stride[k] = strides[k];
      p[k] = operands[k] + from * stride[k];
      if (e->cast_in[k] == NULL) continue;
      e->cast_in[k](stride[k] == 0 ? 1 : m, buffer[k], e->size[k], p[k], stride[k]);
      p[k] = buffer[k];
      stride[k] = stride[k] == 0 ? 0 : e->size[k];
    }
    if (e->cast_out != NULL) p[0] = buffer[0], stride[0] = e->size[0];
    e->strip(m, p, stride, e->attrs);
    if (e->cast_out != NULL) e->cast_out(m, target, strides[0], buffer[0], e->size[0]);
  }
}

/* Runs an elementwise op. 'common' is the dtype that all inputs are cast to, 'result' that of the result. */
Status cpu_elementwise(Call *c, DType common, DType result) {
  const DType compute = dtype_compute(common);
  if (result == common) result = compute;
  Casting e = {.strip = cpu_strip_of(c->info, compute), .attrs = c->attrs, .n_operands = c->n_in + 1, .length = STRIP};
  if (dtype_size(compute) > 8) e.length = BUFFER_BYTES / ELEMENT_BYTES;
  Tensor *operands[ITER_MAX_OPERANDS];
  bool casts = c->out[0]->dtype != result;
  Iter it;
  operands[0] = c->out[0];
  e.size[0] = (int64_t)dtype_size(result);
  if (casts) e.cast_out = cpu_cast[result][c->out[0]->dtype];
  for (int i = 0; i < c->n_in; i++) {
    DType want = c->info->bool_operands >> i & 1 ? DTYPE_BOOL : compute;
    operands[i + 1] = c->in[i];
    e.size[i + 1] = (int64_t)dtype_size(want);
    if (c->in[i]->dtype == want) continue;
    e.cast_in[i + 1] = cpu_cast[c->in[i]->dtype][want];
    casts = true;
  }
  iter_init(&it, e.n_operands, operands);
  int cost = c->info->costly ? 8 : 3;
  if (casts) iter_run(&it, casting_strip, &e, cost);
  else iter_run(&it, e.strip, c->attrs, cost);
  return OK;
}
