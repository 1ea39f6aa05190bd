/* print.h: tensors as text. */
#ifndef HECATE_PRINT_H
#define HECATE_PRINT_H
#include "vm.h"

/* torch.set_printoptions{precision=, threshold=, edgeitems=, linewidth=, sci_mode=, profile=} */
int print_options(lua_State *L);
void print_options_reset(void);
int print_window(lua_State *L);
#endif
