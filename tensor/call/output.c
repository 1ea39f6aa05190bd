/* output.c: the results of a call: where they are made, and released when it fails. */
#include "road.h"

/* The options of a creation op, or NULL. */
const CreationOptions *call_creation_options(const Call *c) {
  if (c->info->kind != KIND_CREATE) return NULL;
  return (const CreationOptions *)((const char *)c->attrs + c->info->options_at);
}

Status call_output(Call *c, int i, DType dtype, int ndim, const int64_t *shape) {
  const Tensor *t = i == 0 ? c->target : NULL;
  if (t != NULL && t->dtype == dtype && t->ndim == ndim && memcmp(t->shape, shape, sizeof *shape * (size_t)ndim) == 0) {
    c->out[0] = tensor_retain(c->target);
    return OK;
  }
  const CreationOptions *options = call_creation_options(c);
  if (options != NULL && !(c->info->types >> dtype & 1))
    return fail(ERROR_ARGUMENT, "%s: not defined for tensors of dtype %s", c->info->lua_name, dtype_name(dtype));
  return tensor_empty(c->info->lua_name, ndim, shape, dtype, device_of_byte(c->where), &c->out[i]);
}

void call_drop(Call *c) {
  for (int i = 0; i < c->info->n_outputs; i++) {
    tensor_release(c->out[i]);
    c->out[i] = NULL;
  }
  if (c->list.v != NULL) tensor_list_release(&c->list);
}
