/* autocast.c: see autocast.h. The casts are ops, so gradients flow through them. A row without 'amp', a call in
** place and tensors that are no float32 or narrower float are left alone; so are the ops that a composite is made of.
**
** A parameter is used many times in one pass, so its cast is kept until the outermost autocast ends. It is made anew
** when the parameter has changed, and when it was made without gradients and they are wanted now.
*/
#include "call/autocast.h"

#include <stdlib.h>
#include <string.h>

#include "core/internal.h"
#include "device/device.h"

/* ---- casts that are kept ------------------------------------------------------------------------ */

typedef struct {
  Tensor *source, *cast; /* owned; NULL: free */
  uint64_t changes;      /* of the source when it was cast */
  DType dtype;
} CachedCast;

/* An open hash table by the address of the source. */
static CachedCast *cached_casts;
static size_t cached_room, cached_count;

static CachedCast *cached_find(CachedCast *table, size_t room, const Tensor *source, DType dtype) {
  size_t i = (((uintptr_t)source >> 4) * 0x9E3779B97F4A7C15u >> 32) % room;
  while (table[i].source != NULL && (table[i].source != source || table[i].dtype != dtype)) i = (i + 1) % room;
  return &table[i];
}

static bool cached_grow(void) {
  if (2 * (cached_count + 1) <= cached_room) return true;
  const size_t room = cached_room == 0 ? 64 : 2 * cached_room;
  CachedCast *grown = calloc(room, sizeof *grown);
  if (grown == NULL) return false;
  for (size_t i = 0; i < cached_room; i++)
    if (cached_casts[i].source != NULL)
      *cached_find(grown, room, cached_casts[i].source, cached_casts[i].dtype) = cached_casts[i];
  free(cached_casts);
  cached_casts = grown;
  cached_room = room;
  return true;
}

void autocast_clear(void) {
  CachedCast *table = cached_casts;
  const size_t room = cached_room;
  cached_casts = NULL;
  cached_room = cached_count = 0;
  for (size_t i = 0; i < room; i++) {
    tensor_release(table[i].cast);
    tensor_release(table[i].source);
  }
  free(table);
}

/* Without memory for the table the cast is made and not kept. */
static Status cached_cast(Tensor *t, DType dtype, Tensor **out) {
  if (!cached_grow()) return op_cast(t, dtype, out);
  CachedCast *kept = cached_find(cached_casts, cached_room, t, dtype);
  const bool current = kept->source != NULL && kept->changes == tensor_changes(t);
  if (current && (!grad_enabled() || tensor_requires_grad(kept->cast))) {
    *out = tensor_retain(kept->cast);
    return OK;
  }
  TRY(op_cast(t, dtype, out));
  tensor_release(kept->cast);
  if (kept->source == NULL) {
    kept->source = tensor_retain(t);
    cached_count++;
  }
  kept->cast = tensor_retain(*out);
  kept->changes = tensor_changes(t);
  kept->dtype = dtype;
  return OK;
}

/* ---- the casts of a call --------------------------------------------------------------------------- */

bool autocast_takes(const Tensor *t) {
  return t != NULL && !(t->flags & TENSOR_WRAPPED_NUMBER) &&
         (t->dtype == DTYPE_FLOAT32 || dtype_is_computed((DType)t->dtype));
}

DeviceType autocast_device_of(const Tensor *t) {
  const DeviceType type = (DeviceType)tensor_device(t).type;
  if (type != DEVICE_META || device_placeholder == NULL) return type;
  return autocast_state.on[DEVICE_CUDA] ? DEVICE_CUDA : DEVICE_CPU;
}

/* The kind of device that the call is on: that of the first tensor. */
static DeviceType autocast_device(const ModeCall *call) {
  for (int i = 0; i < call->n_in; i++)
    if (call->in[i] != NULL && tensor_device(call->in[i]).type < DEVICE_NONE)
      return autocast_device_of(call->in[i]);
  return DEVICE_NONE;
}

static OpAmp autocast_kind(const ModeCall *call, DeviceType type) {
  const OpInfo *info = call->info;
  if (info->amp_when != 0) {
    const int chosen = *(const int *)((const char *)call->attrs + info->args[info->amp_when].offset);
    if (!(info->amp_choices >> chosen & 1)) return AMP_NONE;
  }
  return (OpAmp)(type == DEVICE_CUDA ? info->amp_cuda : info->amp_cpu);
}

/* What the inputs are cast to. */
static DType autocast_goal(const ModeCall *call, OpAmp amp, DType half) {
  if (amp != AMP_WIDEST) return amp == AMP_HALF ? half : DTYPE_FLOAT32;
  DType widest = half;
  for (int i = 0; i < call->n_in; i++)
    if (autocast_takes(call->in[i])) widest = dtype_promote(widest, (DType)call->in[i]->dtype);
  return widest;
}

Status autocast_input(Tensor *t, DType goal, DType half, Tensor **out) {
  if (!autocast_takes(t) || t->dtype == goal) {
    *out = tensor_retain(t);
    return OK;
  }
  const bool parameter = goal == half && t->dtype == DTYPE_FLOAT32 && tensor_requires_grad(t) && tensor_is_leaf(t) &&
                         t->base == NULL;
  return parameter && autocast_state.caches ? cached_cast(t, goal, out) : op_cast(t, goal, out);
}

static void autocast_drop(ModeCall *call) {
  if (call->cast == NULL) return;
  for (int i = 0; i < call->n_in; i++) tensor_release(call->cast[i]);
  tensors_leave(call->n_in, call->few, call->cast);
  call->cast = NULL;
}

static Status autocast_before(ModeCall *call) {
  const DeviceType type = autocast_device(call);
  if (call->in_place || type == DEVICE_NONE || !autocast_state.on[type]) return OK;
  const OpAmp amp = autocast_kind(call, type);
  if (amp == AMP_NONE) return OK;
  if (amp == AMP_BANNED)
    return fail(ERROR_ARGUMENT,
                "%s: it is not safe in autocast: use binary_cross_entropy_with_logits, without a sigmoid before it",
                call->info->lua_name);
  const DType half = (DType)autocast_state.dtype[type], goal = autocast_goal(call, amp, half);
  TRY(tensors_room(call->n_in, call->few, &call->cast));
  Status status = OK;
  for (int i = 0; i < call->n_in && status == OK; i++)
    status = autocast_input(call->in[i], goal, half, &call->cast[i]);
  if (status == OK) call->in = call->cast;
  else autocast_drop(call);
  return status;
}

static Status autocast_after(ModeCall *call, Status status) {
  autocast_drop(call);
  return status;
}

/* ---- on and off -------------------------------------------------------------------------------------- */

void autocast_set(DeviceType type, bool on, DType dtype, bool caches) {
  static const Mode mode = {.name = "autocast", .bit = MODE_AUTOCAST, .before = autocast_before,
                            .after = autocast_after};
  mode_install(&mode);
  autocast_state.on[type] = on;
  autocast_state.dtype[type] = (uint8_t)dtype;
  autocast_state.caches = caches;
  bool any = false;
  for (int i = 0; i < DEVICE_NONE; i++) any = any || autocast_state.on[i];
  mode_set(MODE_AUTOCAST, any);
}
