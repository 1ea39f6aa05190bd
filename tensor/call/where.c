/* where.c: the device of a call. All tensors of a call are on one, but for numbers (0-dimensional tensors) and
** positions of the CPU, which may be beside tensors of any device, and arrays of integers, which stay on the CPU.
*/
#include "road.h"

/* The argument of input 'i'; those of a list share theirs. */
static int argument_of(const Call *c, int i) {
  int found = 0;
  for (int a = 0; a < c->info->n_args; a++) {
    const OpArg *arg = &c->info->args[a];
    const bool is_input = arg->type == ARG_TENSOR || arg->type == ARG_POSITIONS || arg->type == ARG_INTEGERS;
    if (is_input && arg->input <= i) found = a;
  }
  return found;
}

/* Whether an input of the CPU may be beside those of another device. */
static bool may_be_beside(const Call *c, int i) {
  const Tensor *t = c->in[i];
  const uint8_t type = c->info->args[argument_of(c, i)].type;
  if (t->device != 0 || (i < 32 && c->info->mutates >> i & 1)) return false;
  return t->ndim == 0 || type == ARG_POSITIONS || type == ARG_INTEGERS;
}

static Status on_two_devices(const Call *c, int a, int b) {
  char one[DEVICE_TEXT], other[DEVICE_TEXT];
  const int first = argument_of(c, a), second = argument_of(c, b);
  return fail(ERROR_ARGUMENT,
              "%s: '%s' (argument %d) is on %s, '%s' (argument %d) on %s; bring them to one device with :to()",
              c->info->lua_name, c->info->args[first].name, first + 1, device_text(one, tensor_device(c->in[a])),
              c->info->args[second].name, second + 1, device_text(other, tensor_device(c->in[b])));
}

static void call_is_on(Call *c, uint8_t device) {
  c->where = device;
  c->device = device_table[device >> 5];
}

/* The inputs are not all on one device. */
static Status find_among_devices(Call *c) {
  int first = -1;
  for (int i = 0; i < c->n_in; i++) {
    if (c->in[i] == NULL || may_be_beside(c, i)) continue;
    if (first < 0) first = i;
    else if (c->in[i]->device != c->in[first]->device) return on_two_devices(c, first, i);
  }
  call_is_on(c, c->in[first]->device); /* there is one: not all are on the CPU */
  c->mixed = true;
  return OK;
}

Status call_find_device(Call *c) {
  const CreationOptions *options = call_creation_options(c);
  if (options != NULL && options->device.type != DEVICE_NONE) {
    call_is_on(c, device_byte(options->device));
    return OK;
  }
  uint8_t device = options != NULL ? device_byte(device_default()) : 0;
  bool any = false, differ = false;
  for (int i = 0; i < c->n_in; i++) {
    if (c->in[i] == NULL) continue;
    differ = differ || (any && c->in[i]->device != device);
    device = c->in[i]->device;
    any = true;
  }
  c->mixed = false;
  if (differ) return find_among_devices(c);
  call_is_on(c, device);
  return OK;
}

Status call_gathered(Call *c, Status (*with)(Call *c)) {
  Tensor *few[OP_FEW], **in;
  Call inner = *c;
  TRY(tensors_room(c->n_in, few, &in));
  Status status = OK;
  inner.in = in;
  for (int i = 0; i < c->n_in && status == OK; i++) {
    Tensor *t = c->in[i];
    if (t != NULL && t->device != c->where) status = tensor_copy_to(t, device_of_byte(c->where), &in[i]);
    else in[i] = tensor_retain(t);
  }
  if (status == OK) status = with(&inner);
  memcpy(c->out, inner.out, sizeof c->out);
  c->list = inner.list;
  for (int i = 0; i < c->n_in; i++) tensor_release(in[i]);
  tensors_leave(c->n_in, few, in);
  return status;
}
