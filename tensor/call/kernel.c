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
    else
      status = tensor_empty(c->info->lua_name, t->ndim, t->shape, dtype_compute((DType)t->dtype), tensor_device(t),
                            &inner.out[i]);
  }
  if (status == OK) status = c->device->kernel(&inner);
  for (int i = 0; i < c->info->n_outputs && status == OK; i++)
    if (inner.out[i] != c->out[i]) status = tensor_copy_raw(c->out[i], inner.out[i]);
  for (int i = 0; i < c->n_in && i < 32 && status == OK; i++)
    if (in[i] != c->in[i] && c->info->mutates >> i & 1) status = tensor_copy_raw(c->in[i], in[i]);
  for (int i = 0; i < c->n_in; i++) tensor_release(in[i]);
  tensors_leave(c->n_in, few, in);
  call_drop(&inner);
  return status;
}

/* Whether tensors have a 16-bit dtype for which the device has no kernel of its own. */
static bool wants_copies(const Call *c, int n, Tensor *const *tensors) {
  for (int i = 0; i < n; i++)
    if (tensors[i] != NULL && dtype_is_computed((DType)tensors[i]->dtype) &&
        !c->device->has(c->info, (DType)tensors[i]->dtype))
      return true;
  return false;
}

Status call_run_kernel(Call *c) {
  const bool copies = !c->info->moves &&
      (wants_copies(c, c->n_in, c->in) || wants_copies(c, c->info->n_outputs, c->out));
  Status status = copies ? run_computed(c) : c->device->kernel(c);
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
  TRY(call_find_device(c));
  if (c->mixed) return call_gathered(c, call_kernel);
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
