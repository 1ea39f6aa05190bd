/* kernel.c: ops with a kernel for whole tensors. */
#include "road.h"

/* Runs the kernel on copies of the inputs in the dtypes that kernels know (float32 for float16), and copies its
** results back. */
static Status run_computed(Call *c) {
  Tensor *few[OP_FEW], **in;
  Call inner = *c;
  TRY(tensors_room(c->n_in, few, &in));
  Status status = OK;
  inner.in = in;
  inner.target = NULL;
  memset(inner.out, 0, sizeof inner.out);
  for (int i = 0; i < c->n_in && status == OK; i++)
    if (c->in[i] != NULL) status = tensor_cast(c->in[i], dtype_compute((DType)c->in[i]->dtype), &in[i]);
  for (int i = 0; i < c->info->n_outputs && status == OK; i++) {
    Tensor *t = c->out[i];
    if (t == NULL || !dtype_is_computed((DType)t->dtype)) inner.out[i] = tensor_retain(t);
    else status = tensor_empty_cpu(t->ndim, t->shape, dtype_compute((DType)t->dtype), &inner.out[i]);
  }
  if (status == OK) status = call_kernel_of(c)(&inner);
  for (int i = 0; i < c->info->n_outputs && status == OK; i++)
    if (inner.out[i] != c->out[i]) status = tensor_copy_raw(c->out[i], inner.out[i]);
  for (int i = 0; i < c->n_in && i < 32 && status == OK; i++)
    if (in[i] != c->in[i] && c->info->mutates >> i & 1) status = tensor_copy_raw(c->in[i], in[i]);
  for (int i = 0; i < c->n_in; i++) tensor_release(in[i]);
  tensors_leave(c->n_in, few, in);
  call_drop(&inner);
  return status;
}

Status call_run_kernel(Call *c) {
  uint32_t dtypes = 0;
  for (int i = 0; i < c->n_in; i++) dtypes |= c->in[i] != NULL ? 1u << c->in[i]->dtype : 0;
  for (int i = 0; i < c->info->n_outputs; i++) dtypes |= c->out[i] != NULL ? 1u << c->out[i]->dtype : 0;
  const bool itself = c->info->moves || c->info->halves;
  Status status = dtypes & COMPUTED_DTYPES_MASK && !itself ? run_computed(c) : call_kernel_of(c)(c);
  c->wrote = status != ERROR_ARGUMENT; /* a kernel that refuses numbers does so before it writes */
  return status;
}

/* A kernel that changes its input looks for faults before it writes. */
static Status kernel_finish(Call *c) {
  Status status = call_finish(c);
  if (status == ERROR_ARGUMENT) c->wrote = false;
  return status;
}

Status call_kernel(Call *c) {
  TRY(call_check_kernel_types(c));
  if (c->info->check != NULL) TRY(c->info->check(c));
  if (!c->info->contiguous) {
    TRY(c->info->infer(c));
    TRY(call_run_kernel(c));
    return kernel_finish(c);
  }
  Tensor *few[OP_FEW], **dense;
  Call inner = *c;
  TRY(tensors_room(c->n_in, few, &dense));
  Status status = OK;
  for (int i = 0; i < c->n_in && status == OK; i++)
    if (c->in[i] != NULL) status = tensor_contiguous(c->in[i], &dense[i]);
  inner.in = dense;
  if (status == OK) status = c->info->infer(&inner);
  if (status == OK) status = call_run_kernel(&inner);
  /* The kernel changed a dense copy of the input: write the result back. */
  for (int i = 0; i < c->n_in && i < 32 && status == OK; i++)
    if ((c->info->mutates >> i & 1) && dense[i] != c->in[i]) status = tensor_copy_raw(c->in[i], dense[i]);
  memcpy(c->out, inner.out, sizeof c->out);
  c->wrote = inner.wrote;
  for (int i = 0; i < c->n_in; i++) tensor_release(dense[i]);
  tensors_leave(c->n_in, few, dense);
  return status != OK ? status : kernel_finish(c);
}
