/* call.h: calls of ops by their rows. */
#ifndef HECATE_CALL_H
#define HECATE_CALL_H

#include "call/op.h"
#include "vm.h"

typedef enum { CALL_FUNCTION, CALL_METHOD, CALL_IN_PLACE, CALL_OPERATOR } CallKind;
/* Calls an op with the arguments on the stack; returns the number of results. 'metatable': of
** tensors, an upvalue's index; 0: to be found. Upvalue 3 of an operator is the name of its metamethod. */
int call_op(lua_State *L, const OpInfo *info, CallKind kind, int metatable);
/* Raises unless a tensor stands in front of the arguments of a method: x.sum(1) would be the sum of 1. */
void call_check_self(lua_State *L, const OpInfo *info, CallKind kind);

/* overload.c */
/* Sets a function for every op: torch.NAME, nn.functional.NAME, methods NAME and NAME_
** (stack indices of the three tables and of the metatable of tensors). */
void call_register(lua_State *L, int torch, int functional, int methods, int metatable);
/* Pushes the method for an op and its overloads: the ops of the same name that follow it in the table of ops. */
void call_push_function(lua_State *L, const OpInfo *info);
/* Pushes the metamethod of an operator, "__add". It takes as many operands as the op has inputs, one or two. */
void call_push_operator(lua_State *L, const OpInfo *info, const char *event, int metatable);

/* options.c */
bool dtype_read(lua_State *L, int index, DType *out); /* never raises */
Device device_check(lua_State *L, int index, const char *function);
/* The device of x:cuda(…): the number of a CUDA device, any device, or nothing for the current CUDA device. */
Device device_check_cuda(lua_State *L, int index, const char *function);
bool device_read(lua_State *L, int index, Device *out); /* never raises; false where there is no such device */
const char *device_expected(lua_State *L, int index); /* what should be there instead */
/* In a dry run (placeholder.c) every device means the default one. */
Device device_meant(Device device);
void device_push(lua_State *L, Device device);
void options_open(lua_State *L, int torch);

/* generator.c */
Generator *generator_test(lua_State *L, int index);
void generator_open(lua_State *L, int torch);

/* hook.c */
int register_hook(lua_State *L);
int hook_id(lua_State *L); /* torch._C.hook_id */
int backward_pass(lua_State *L); /* torch._C.backward_pass */
int register_post_accumulate_grad_hook(lua_State *L);
int saved_hooks(lua_State *L); /* torch._C.saved_hooks: saved.c */
int graph_leads_elsewhere(lua_State *L);
lua_Integer hook_numbers(int n); /* the first of n new numbers */
/* Ties the Lua value at 'value' to the tensor in the box at 'box' and to its place in the
** graph, under 'number'. 'calls': it is a function, called with the gradient. *id is for
** tensor_remove_hook. */
void hook_add(lua_State *L, int box, int value, lua_Integer number, int64_t *id);
/* Pushes the value of a number while a graph leads to it; false: it is gone. */
bool hook_value_push(lua_State *L, lua_Integer number);

/* function.c */
extern const luaL_Reg function_internals[];

/* tensor.c */
void tensor_open(lua_State *L, int torch, int functional);

/* concat.c */
int tensor_concat(lua_State *L);

/* to_table.c */
int tensor_pairs(lua_State *L);

/* attributes.c */
extern const luaL_Reg tensor_attributes[];
int attribute_set(lua_State *L, Tensor *t, const char *key); /* the value is at 3 */

/* size.c and node.c: what x.shape and x.grad_fn are */
void size_push(lua_State *L, int n, const int64_t *v);
void node_push(lua_State *L, Node *node);

/* index.c */
int index_get(lua_State *L);  /* x[i], x[{...}] */
int index_set(lua_State *L);

/* from_table.c, to_table.c, conversion.c: tensors and Lua values; tensors in another dtype */
int tensor_new(lua_State *L); /* torch.tensor */
extern const luaL_Reg tensor_reading_methods[], tensor_conversion_methods[];
/* An element as the number that Lua has for it. From 2^63 on, where Lua has no integers, one of uint64 is a float, as
** where Lua reads such a number. */
Scalar number_of_element(DType dtype, Scalar element);
/* Between the elements of long lists: Lua runs no instruction that Ctrl-C could stop. */
static inline void list_check_interrupt(lua_State *L, int64_t i) {
  if (i % 1024 == 0 && interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
}
/* In a table of options at 'index': pushes the value of a key and returns true, or pushes nothing. */
bool tensor_option(lua_State *L, int index, const char *key);
/* Raises unless the names in it are dtype, device and, with 'leaf', requires_grad. */
void tensor_options_check(lua_State *L, int index, const char *function, bool leaf);

/* tensor_methods.c and autograd.c: functions that are no ops */
int tensor_equal(lua_State *L); /* torch.equal, == */
extern const luaL_Reg promotion_methods[], promotion_functions[]; /* promotion.c */
extern const luaL_Reg tensor_methods[], tensor_functions[], autograd_methods[], autograd_functions[];

#endif
