/* conv/cpu.h: what the ways of convolution share. */
#ifndef HECATE_CONV_H
#define HECATE_CONV_H

#include "device/cpu/tasks.h"
#include "window.h"

/* cpu_shifts.c: whether few channels make it the faster way, and its three ops. */
typedef enum { CONV_FORWARD, CONV_INPUT, CONV_WEIGHT } ConvOp;
bool KERNEL(shifts_suit)(const Window *w, ConvOp op);
Status KERNEL(shifts_forward)(const Window *w, Call *c);
Status KERNEL(shifts_input)(const Window *w, Call *c);
Status KERNEL(shifts_weight)(const Window *w, Call *c, int64_t parts, char *sums);

/* cpu_onednn.c: whether oneDNN is there and the faster way; then the op. *done is false where oneDNN has nothing for
** the shape. */
#ifdef HECATE_WITH_ONEDNN
bool KERNEL(onednn_suits)(const Window *w, DType dtype);
Status KERNEL(onednn_convolution)(const Window *w, ConvOp op, Call *c, bool *done);
#endif

/* cpu_complex.c: runs a kernel of convolution, whose inputs are complex, on their parts. */
typedef Status (*ConvKernel)(Call *c);
Status KERNEL(conv_by_parts)(Call *c, ConvKernel kernel);

#endif
