/* call_stack.h: the functions of the program that run, as a number: what the profile notes of each event. */
#ifndef HECATE_CALL_STACK_H
#define HECATE_CALL_STACK_H

#include "vm.h"

/* The functions that run in the coroutine that runs, without those of C and of the library; 0: there is none. Equal
** stacks have one number. */
uint32_t call_stack_now(void);
/* Pushes the array of its functions, the innermost first: "train.lua:12: forward". */
void call_stack_push(lua_State *L, uint32_t stack);

#endif
