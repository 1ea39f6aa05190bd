/* deterministic.h: the mode in which every run gives the same numbers. It is of the whole program. */
#ifndef HECATE_DETERMINISTIC_H
#define HECATE_DETERMINISTIC_H

#include "call/mode.h"

void deterministic_set(bool on);

#endif
