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

#endif
