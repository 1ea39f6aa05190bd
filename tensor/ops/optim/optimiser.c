/* optimiser.c: see optimiser.h. What is the same for all elements of a parameter is worked out here, the rest is done
** by the device of the parameters.
*/
#include "ops/optim/optimiser.h"

#include <stdatomic.h>

#include "call/mode.h"
#include "device/device.h"

bool optimiser_has(const Tensor *parameter) { return device_of(parameter)->optimiser_has((DType)parameter->dtype); }

/* Whether the numbers of rule->scalars are the same for both parameters, so that they are computed once. */
static bool optimiser_same_step(const OptimiserRule *rule, const OptimiserUpdate *a, const OptimiserUpdate *b) {
  return rule->n_numbers == 0 && a->options == b->options && a->step.count == b->step.count &&
         a->step.first == b->step.first;
}

/* Fills the fields of the updates that stand under "Filled by optimiser_run". */
static void optimiser_prepare(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates) {
  int64_t start = 0;
  for (int64_t i = 0; i < n; i++) {
    OptimiserUpdate *u = &updates[i], *before = i > 0 ? u - 1 : NULL;
    u->start = start;
    start += u->parameter->numel;
    u->variant = before != NULL && before->options == u->options ? before->variant : rule->variant(u->options);
    if (before != NULL && optimiser_same_step(rule, before, u)) {
      u->values = before->values;
      continue;
    }
    rule->scalars(u->options, &u->step, u->own_values);
    u->values = u->own_values;
  }
}

static void optimiser_changed(Tensor *t) {
  if (t != NULL) atomic_fetch_add(&t->storage->version, 1);
}

Status optimiser_run(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates) {
  if (n == 0) return OK;
  MODE_CHANGES(.kind = CHANGE_OPTIMISE, .rule = rule, .n = n, .updates = updates);
  for (int64_t from = 0, to; from < n; from = to) { /* neighbours on one device are given to it together */
    const uint8_t device = updates[from].parameter->device;
    for (to = from + 1; to < n && updates[to].parameter->device == device;) to++;
    optimiser_prepare(rule, to - from, &updates[from]);
    TRY(device_of(updates[from].parameter)->optimise(rule, to - from, &updates[from]));
  }
  for (int64_t i = 0; i < n; i++) {
    optimiser_changed(updates[i].parameter);
    for (int k = 0; k < rule->n_states; k++) optimiser_changed(updates[i].state[k]);
  }
  return OK;
}
