/* module.h: nn.Module in C. A module is a userdata with a list of named slots, for
** walks in C, and a table of fields (user value 1) with the userdata of the same
** things, so that `m.weight` is always one and the same value. module_store keeps
** both; nothing else writes either.
*/
#ifndef HECATE_MODULE_H
#define HECATE_MODULE_H

#include "userdata/class.h"
#include "options.h"

typedef struct Module Module;

typedef enum { SLOT_PARAMETER, SLOT_BUFFER, SLOT_MODULE } SlotKind;

typedef struct {
  char *name; /* owned */
  SlotKind kind;
  bool transient; /* a buffer that state_dict leaves out */
  Tensor *tensor; /* owned; NULL: registered as nil */
  Module *module; /* kept alive by the fields; NULL: registered as nil */
} Slot;

/* All zeros is a valid, empty module in training mode. */
struct Module {
  Object object;
  bool evaluating; /* not `training` */
  bool hooked;     /* it has hooks: hook.c */
  bool entered;    /* by module_enter */
  int n_slots, capacity;
  Slot *slots;
};

/* A kind of module made in C. */
#define LAYER_INPUTS 4 /* at most; the generator writes their names, so more do not compile */

typedef struct {
  ObjectClass base; /* first */
  const Option *options; /* of __init, into the struct of the module; may be NULL */
  /* The parameters and buffers that __init makes; NULL: none. As attributes their names mean them, even where
  ** an option has the same name (`bias`). */
  const char *const *parts;
  /* Ends __init: stack 1 is the module, 2... the value of each option. */
  void (*setup)(lua_State *L);
  int n_inputs;
  const char *inputs[LAYER_INPUTS]; /* their names */
  int n_outputs; /* at most 2; the second may stay NULL */
  int least_rank, most_rank; /* of the first input; 0: any */
  /* NULL: forward must be given in Lua. FORWARD_IN_LUA: as the module is now, the formula must run in Lua. */
  Status (*forward)(Module *self, Tensor *const *in, Tensor **out);
  /* Instead of it: a forward of the values on the stack behind the module, which is checked. */
  lua_CFunction forward_on_stack;
  const char *rows; /* the Lua file with the formula, as it is required */
  /* Which options are printed between the parentheses, as repr.c reads it; NULL: none. */
  const char *repr;
} Layer;

#define FORWARD_IN_LUA ((Status)-1)

extern const Layer module_class;

/* The initialiser of a Layer's ObjectClass. */
#define MODULE_BASE(title, type, parent_class, method_list, metamethod_list)            \
  {                                                                                     \
    .class = {.name = title, .parent = parent_class, .finalize = module_finalize,       \
              .methods = method_list, .metamethods = metamethod_list},                  \
    .size = sizeof(type), .get = module_get, .set = module_set,                         \
    .arguments = module_arguments                                                       \
  }

void module_finalize(lua_State *L, void *self);
void module_arguments(lua_State *L, const ObjectClass *info);
bool module_get(lua_State *L, void *self, const char *key);
bool module_set(lua_State *L, void *self, const char *key);

static inline const Layer *module_layer(const Module *m) {
  return (const Layer *)class_native(m->object.class);
}
/* Whether calling it runs the C function and nothing of the script: a class made in
** C whose `forward` is not replaced, without hooks. 'index': its userdata. */
bool module_is_native(lua_State *L, int index);
Module *module_check(lua_State *L, int argument, const char *function);
Module *module_test(lua_State *L, int index);
Slot *module_find(const Module *m, const char *name); /* or NULL */

/* Registers the value at the top (a tensor, a module or nil) under 'name' in the
** module at 'self', new or in place of the old one, and pops it. */
void module_store(lua_State *L, int self, const char *name, SlotKind kind);
/* Removes slot 'i' and its field. */
void module_remove(lua_State *L, int self, int i);

/* Pushes a parameter of the module at 'self' over a new tensor and registers it;
** the tensor (borrowed) is uninitialised. */
Tensor *module_new_parameter(lua_State *L, int self, const char *name, int ndim,
                             const int64_t *shape, DType dtype);
Tensor *module_new_buffer(lua_State *L, int self, const char *name, int ndim,
                          const int64_t *shape, DType dtype);
/* order.c: the last slot has just been made by an assignment of the program. */
void module_order(lua_State *L, Module *m);
/* nn.Parameter(tensor, requires_grad) */
int module_parameter(lua_State *L);

/* Methods of nn.Module, by file. */
int module_forward(lua_State *L);
int module_call(lua_State *L); /* __call */
int module_init(lua_State *L);       /* __init of layers made in C */
extern const luaL_Reg attribute_methods[]; /* attribute.c: register_parameter… */
extern const luaL_Reg walk_methods[];  /* walk.c: parameters, named_children… */
extern const luaL_Reg state_methods[]; /* state.c: state_dict, load_state_dict */
extern const luaL_Reg mode_methods[];  /* mode.c: train, to, apply… */
extern const luaL_Reg hook_methods[];  /* hook.c: register_forward_hook… */
/* scope.c: calls the function at 1 with the module at 2 and what is behind it, so that the modes know which module
** runs; where mode_wants_scopes(). */
int module_call_in_scope(lua_State *L);
int module_call_hooked(lua_State *L);  /* hook.c: the call of a module with hooks */
extern bool module_hooks_of_all;       /* hook.c: there are hooks that see the calls of all modules */
extern bool module_state_hooked;       /* hook.c: some module has hooks of its state dict */
extern const luaL_Reg hook_internals[]; /* hook.c: parts of torch._C */
/* extra.c: gives the class at the top the methods that are written in Lua (extras.lua). */
void module_add_extras(lua_State *L);
int module_shell(lua_State *L); /* torch._C.module_shell */
int module_tostring(lua_State *L);     /* repr.c */
int module_extra_repr(lua_State *L);

/* Adds what the files define to the table nn at the top. */
void nn_open_module(lua_State *L);
void nn_open_containers(lua_State *L);
void nn_open_init(lua_State *L);  /* nn.init */
void nn_open_utils(lua_State *L); /* nn.utils */
/* nn.NAME = the class */
void nn_add_class(lua_State *L, const Layer *layer);

/* init.c: first values, set without a gradient and without the tape. */
Status init_uniform(Tensor *t, double from, double to);
Status init_normal(Tensor *t, double mean, double std);
Status init_constant(Tensor *t, Scalar value);

/* layer.c: layers that are rows (layers/). */
extern const Layer *const layer_table[]; /* generated; ends with NULL */
Status layer_check_rank(const Layer *layer, const Tensor *in);
extern const Module *layer_failed; /* the layer whose forward failed last */
/* Notes that the forward failed with 'status', and puts the name of the layer in front of its message. */
Status layer_fail(const Module *m, Status status);
static inline Status layer_forward(Module *m, Tensor *const *in, Tensor **out) {
  const Layer *layer = module_layer(m);
  Status status = layer->most_rank > 0 ? layer_check_rank(layer, in[0]) : OK;
  if (status == OK) status = layer->forward(m, in, out);
  return status == OK || status == FORWARD_IN_LUA ? status : layer_fail(m, status);
}
/* The formula in Lua, for the module at 1 and the inputs behind it; returns the number of results. */
int layer_forward_lua(lua_State *L);

/* The modules on the way from the outermost one to the one that is visited. One that holds itself or a module above it
** is not entered again. */
typedef struct ModulePath {
  const Module *module;
  const struct ModulePath *above;
  int depth; /* of modules on the way */
} ModulePath;
bool module_is_above(const ModulePath *path, const Module *m);
static inline ModulePath module_path(const Module *m, const ModulePath *above) {
  return (ModulePath){m, above, above != NULL ? above->depth + 1 : 1};
}
/* Walks call themselves for what is inside, so there is an end to it. */
#define MODULE_DEPTH 2000
void module_check_depth(lua_State *L, const char *who, int depth);
/* The same for visits that Lua may take part in: false where the visit of 'm' is under way; else pushes what ends
** it when its place on the stack goes, also where an error passes. The module must be on the stack below. */
bool module_enter(lua_State *L, Module *m);
/* Ends the visit at stack position 'visit', before the stack is cut off below it: lua_settop of Lua 5.4.4 writes to
** where the stack was, if what it closes makes the stack move. A return from a C function needs no such care. */
void module_leave(lua_State *L, int visit);
extern int module_visits; /* how many are under way */

#endif
