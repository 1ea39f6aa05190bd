/* road.h: what the files of the road that every call of an op takes share: dispatch.c leads to elementwise.c, view.c
** and kernel.c, in_place.c leads to all of them; output.c and check.c serve them.
*/
#ifndef HECATE_ROAD_H
#define HECATE_ROAD_H

#include "core/internal.h"
#include "device/device.h"

/* The strip of an op on a device of the host. */
static inline StripFn call_strip_of(const Call *c, DType dtype) {
  if (c->op < OP_COUNT) return c->device->strips[dtype][c->op];
  return c->info->strips[dtype];
}
/* Whether an elementwise op computes in this dtype on the device of the call. */
static inline bool call_computes(const Call *c, DType dtype) {
  return c->device->strips != NULL ? call_strip_of(c, dtype) != NULL : c->device->has(c->info, dtype);
}

/* The end of a call that ran a kernel: what it could not compute, or Ctrl-C. */
static inline Status call_finish(const Call *c) {
  if (kernel_faulted()) return kernel_fault_take(c->info->lua_name);
  if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
  return OK;
}

/* ---- where.c ---------------------------------------------------------------- */

/* Finds the device of a call: that of its inputs, which must be on one; numbers and positions of the CPU may be beside
** others (c->mixed). Creation ops may be told another. */
Status call_find_device(Call *c);
/* Runs 'with' on inputs that are all on the device of the call: those of the CPU are copied there. */
Status call_gathered(Call *c, Status (*with)(Call *c));

/* ---- output.c -------------------------------------------------------------- */

/* The options of a creation op, or NULL. */
const CreationOptions *call_creation_options(const Call *c);
/* Releases the results. */
void call_drop(Call *c);

/* ---- check.c --------------------------------------------------------------- */

/* The numbers of a call, which kernels convert to 'dtype', must have a value there. */
Status call_check_numbers(const Call *c, DType dtype);
bool call_has_float_number(const Call *c);
/* The one place that says which dtypes an op does not know. 'arg': place of the argument, 0: all of them together. */
Status call_undefined_for(const Call *c, int arg, DType d);
Status call_check_types(const Call *c);
Status call_check_kernel_types(const Call *c);
/* Whether a call may change the inputs that its row says it changes. */
Status call_check_mutated(const Call *c);
/* Whether a result of this dtype and shape may go into the first input. */
Status call_check_target(const Call *c, DType result, int ndim, const int64_t *shape);

/* ---- bounds.c --------------------------------------------------------------- */

/* Runs a call whose numbers are bounds with those that its dtype has. */
Status call_bounded(Call *c, Status (*run)(Call *c));
static inline bool call_has_bounds(const Call *c) {
  return c->info->bounds && c->in[0] != NULL && !dtype_has_gradient((DType)c->in[0]->dtype);
}

/* ---- elementwise.c ------------------------------------------------------------ */

Status call_elementwise(Call *c);
/* Whether there is nothing to work out: contiguous operands of one shape, on one device, of the dtype that the kernel
** computes in. *strip is that of a device of the host. */
bool call_is_plain(Call *c, StripFn *strip);
/* Runs such a call, or one of few elements and a number, so that 'to' is written: an input, or another tensor of the
** shape and dtype of the result. False: it is another call. */
bool call_plain_into(Call *c, Tensor *to, Status *status);
/* The dtype to compute in and that of the result. */
Status call_elementwise_dtypes(const Call *c, DType *compute, DType *result);

/* ---- view.c, kernel.c ----------------------------------------------------------- */

Status call_view(Call *c);
/* x:t_(): the shape and strides of the handle change, the elements stay. */
Status call_view_in_place(Call *c);
void call_set_layout(Tensor *t, const Tensor *from); /* shape, strides and place of another handle */
Status call_kernel(Call *c);
/* Runs the kernel on inputs that are checked, results that are there. */
Status call_run_kernel(Call *c);

/* ---- dispatch.c ------------------------------------------------------------------ */

/* A call by its kind, not in place, without the tape. */
Status call_dispatch(Call *c);

#endif
