/* autocast.h: the mode that computes in half precision what is safe there: it casts the inputs of calls as the
** column 'amp' of their rows says. State: autocast_state (mode.h).
*/
#ifndef HECATE_AUTOCAST_H
#define HECATE_AUTOCAST_H

#include "call/mode.h"

/* Says for a kind of device whether calls are cast, and to which half precision; turns the mode on or off. */
void autocast_set(DeviceType type, bool on, DType dtype, bool caches);
/* Forgets the casts of parameters: the end of the outermost autocast. */
void autocast_clear(void);

/* ---- for functions that are no rows ---- */

/* The kind of device whose autocast counts for a tensor: in a dry run meta stands for every device. */
DeviceType autocast_device_of(const Tensor *t);
/* Whether autocast casts tensors of this kind at all. */
bool autocast_takes(const Tensor *t);
/* The input as 'goal': a cast, a kept one, or itself. 'half' is the half precision that is on. */
Status autocast_input(Tensor *t, DType goal, DType half, Tensor **out);

#endif
