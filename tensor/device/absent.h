/* absent.h: what the table of a device must have, and what stands for the rest. */
#ifndef HECATE_ABSENT_H
#define HECATE_ABSENT_H

#include "core/internal.h"
#include "device/device.h"

/* The name of a function without which there is no device, where the table lacks one; else NULL. */
const char *device_misses(const DeviceOps *ops);
/* Puts functions that say "not there yet" in the places of the others. */
void device_fill_absent(DeviceOps *ops);

#endif
