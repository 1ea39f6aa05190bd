/* call_stack.h: which functions of the program have been called and not returned yet (a call stack), as a number: the
** profile notes it of each event. */
#ifndef HECATE_CALL_STACK_H
#define HECATE_CALL_STACK_H

#include "vm.h"

/* The number of the call stack of the running coroutine, in which functions of C and of the library do not count; equal
** stacks have the same number. 0: it has no function of the program. */
uint32_t call_stack_now(void);
/* Pushes an array with a text for each function of the stack, the innermost first: "train.lua:12: forward". */
void call_stack_push(lua_State *L, uint32_t stack);

#endif
