/* mode.c: the slow road of calls while modes are on, and the table of the modes; see mode.h. It knows no mode by
** name: each puts itself into the table when it is entered first.
*/
#include "call/mode.h"

#include <string.h>

#define AUTOCAST_AT_FIRST \
  {.dtype = {[DEVICE_CPU] = DTYPE_BFLOAT16, [DEVICE_CUDA] = DTYPE_FLOAT16}, .caches = true}

uint32_t call_modes;
bool mode_profiles_modules;
AutocastState autocast_state = AUTOCAST_AT_FIRST;

static const Mode *mode_table[MODE_COUNT];
static uint32_t modes_around; /* of the call that runs: modes that it does not see itself */

void mode_install(const Mode *mode) {
  for (int i = 0; i < MODE_COUNT; i++)
    if (mode->bit == 1u << i) mode_table[i] = mode;
}

void mode_reset(void) {
  call_modes = 0;
  mode_profiles_modules = false;
  autocast_state = (AutocastState)AUTOCAST_AT_FIRST;
}

/* The modes behind number i in the order of the table. */
static uint32_t mode_behind(uint32_t modes, int i) { return modes & ~((2u << i) - 1); }

/* Releases the results of a call that a mode made fail. */
static void mode_drop(ModeCall *call) {
  for (int i = 0; i < OP_MAX_OUTPUTS; i++) {
    tensor_release(call->out[i]);
    call->out[i] = NULL;
  }
  tensor_list_release(&call->list);
}

Status mode_call(ModeCall *call) {
  const uint32_t modes = call_modes, around = modes_around;
  uint32_t began = 0;
  Status status = OK;
  for (int i = 0; i < MODE_COUNT && status == OK; i++) {
    const Mode *mode = mode_table[i];
    if (!(modes >> i & 1) || mode == NULL) continue;
    call_modes = mode_behind(modes, i) | (modes & MODES_INSIDE & ~mode->bit);
    if (mode->before != NULL) status = mode->before(call);
    if (status == OK) began |= 1u << i;
  }
  call_modes = modes & (MODES_INSIDE | (call->shows_inside ? MODE_TRACE | MODE_FUSED : 0));
  modes_around = modes;
  if (status == OK) status = call->run(call);
  modes_around = around;
  for (int i = MODE_COUNT - 1; i >= 0; i--) {
    if (!(began >> i & 1) || mode_table[i]->after == NULL) continue;
    call_modes = mode_behind(modes, i) | (modes & MODES_INSIDE & ~mode_table[i]->bit);
    status = mode_table[i]->after(call, status);
  }
  call_modes = modes;
  if (status != OK) mode_drop(call);
  return status;
}

void mode_changes_within(const ModeChange *change) {
  const uint32_t modes = call_modes;
  if (!(modes_around & MODE_TRACE)) return;
  call_modes = modes_around;
  mode_changes(change);
  call_modes = modes;
}

void mode_changes(const ModeChange *change) {
  const uint32_t modes = call_modes;
  for (int i = 0; i < MODE_COUNT; i++) {
    const Mode *mode = mode_table[i];
    if (!(modes >> i & 1) || mode == NULL || mode->change == NULL) continue;
    call_modes = mode_behind(modes, i);
    mode->change(change);
  }
  call_modes = modes;
}

uint32_t mode_call_mutates(const ModeCall *call) {
  const OpInfo *info = call->info;
  uint32_t bits = call->in_place ? 1 : 0;
  return op_mutates_now(info, call->attrs) ? bits | info->mutates : bits;
}
