/* shape/cpu.c: kernels that only move elements. */
#include "device/cpu/kernel.h"

Status KERNEL(cast)(Call *c) { return tensor_copy_raw(c->out[0], c->in[0]); }
