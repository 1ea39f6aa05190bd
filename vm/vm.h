/* vm.h: what the files of vm/ and the C parts of lib/ share. The Lua side of
** Hecate: userdata, arguments, errors, modules.
**
** No C frame that owns memory is crossed by a Lua error: make the userdata
** first (object_new, tensor_box), let the tensor library fill it, and then
** raise with error_check.
*/
#ifndef HECATE_VM_H
#define HECATE_VM_H

#include <lauxlib.h>
#include <lua.h>

#include "tensor.h"

#pragma GCC visibility push(default) /* for plug-ins: see tensor.h */

/* ---- source.c -------------------------------------------------------------- */

/* Whether a chunk of this name, as lua_Debug has it in 'source', is a file of lib/. */
bool source_is_ours(const char *source);

/* ---- error.c: the one place where a failure becomes a Lua error ---------- */

/* Raises a message, which begins with the line of the program that led here. The formats are those of
** lua_pushfstring. */
int error_raise(lua_State *L, const char *format, ...);
/* `push_libraries` pushes the table of the libraries of lib/, by name. */
void error_open(lua_State *L, void (*push_libraries)(lua_State *L));
/* Errors look through function f, which only calls another one. */
void error_look_through(lua_CFunction f);
/* Puts "FILE:LINE: " before the message at the top: the line of the program that led here. Functions in C are passed
** over, for a constructor is called by the call of its class, and so are those of lib/. pcall(nn.Linear, "x") has no
** line, as with functions of Lua, unless a file of lib/ raises it ('from_lua'). A message of something else that a
** function of lib/ calls gets the name of that function, "median: sort: …": it is the one that the program knows. */
void error_locate(lua_State *L, bool from_lua);
/* Raises the message of 'status' unless it is OK. */
void error_check(lua_State *L, Status status);
/* Raises "FUNCTION: 'NAME' (argument N): expected EXPECTED, got GOT". 'index' is
** the stack position of what came. */
int error_argument(lua_State *L, const char *function, const char *name, int position,
                   const char *expected, int index);
/* The same of argument 1 of a method, which may have been called with a dot instead of a colon. */
int error_self(lua_State *L, const char *function, const char *name, const char *expected);
/* Whether a number with an integral value is at 'index': wherever Hecate expects an integer it takes 4 / 2 as well, as
** Lua's own library does. Then it is *out. */
bool integer_test(lua_State *L, int index, int64_t *out);
/* The boolean at 'index'; raises otherwise, as error_argument. */
bool bool_check(lua_State *L, int index, const char *function, const char *name);
/* "a string", "tensor float32 (2×3)", "nothing": what stands at 'index', in a
** buffer of ERROR_TEXT bytes. Never raises. */
#define ERROR_TEXT 256
const char *error_describe(lua_State *L, int index, char *buffer);
/* The name among 'names' (NULL at the end) nearest to 'wrong', or NULL. */
const char *error_nearest(const char *wrong, const char *const *names);

/* ---- traceback.c ----------------------------------------------------------- */

/* A message handler for lua_pcall: adds a traceback once; the error value
** "interrupted" passes unchanged, its traceback waits for callback_trace_push. */
int error_traceback(lua_State *L);
/* Whether it tells more, as the session does: lines of the source, shapes. Off at first. */
void error_explain(bool on);

/* ---- callback.c: the tensor library calls Lua ------------------------------- */

/* Whether a function stands at 'index', or a module, or whatever else can be called. */
bool callable_test(lua_State *L, int index);
/* The main thread, where callbacks run; NULL while the state is being closed. */
lua_State *callback_state(void);
/* Calls 'body' protected, with 'data' as light userdata; ERROR_CALLBACK when it raises. */
Status callback_run(lua_CFunction body, void *data);
/* Of ERROR_CALLBACK: pushes the value that was raised; false: there is none. */
bool callback_error_push(lua_State *L);
/* A message handler for lua_pcall: leaves the message as it is, and notes its traceback
** for callback_trace_push, in case the error is raised again and nobody catches it. */
int callback_traceback(lua_State *L);
/* Before an error that callback_traceback has seen is raised again; the door of a coroutine does it for what came from
** there. */
void callback_passes(lua_State *L);
void callback_passes_door(lua_State *L, const lua_State *coroutine);
/* Pushes 'message' with the traceback of the callback that raised it; false: none did. */
bool callback_trace_push(lua_State *L, const char *message);
/* The same in a message handler, where it counts only for an error that was raised again. */
bool callback_passed_trace_push(lua_State *L, const char *message);
void callback_open(lua_State *L);
void callback_close(void); /* tensors that are released later do not touch the state */

/* ---- object.c, kind.c: userdata with a class ------------------------------ */

typedef struct Class Class;
struct Class {
  const char *name;                          /* "nn.Linear" */
  const Class *parent;                       /* or NULL */
  void (*finalize)(lua_State *L, void *self); /* runs in __gc and __close */
  const luaL_Reg *methods;                   /* may be NULL */
  const luaL_Reg *metamethods;               /* may be NULL; inherited */
};

/* Every userdata of Hecate begins with this. */
typedef struct {
  const Class *class;
} Object;

/* Pushes the metatable of a C class, made at first use (methods are looked up
** along the parents). */
void object_metatable(lua_State *L, const Class *class);
/* The metatable, at the top of the stack, is no longer kept for the class: somebody else has to keep it. It is found as
** long as it lives, which object_metatable_lives tells. */
void object_metatable_release(lua_State *L, const Class *class);
bool object_metatable_lives(lua_State *L, const Class *class);
/* Pushes a new zeroed userdata of 'size' bytes with 'values' user values. */
void *object_new(lua_State *L, const Class *class, size_t size, int values);
/* The class that closed objects show, and whether one stands at 'index'. */
extern const Class object_closed;
bool object_is_closed(lua_State *L, int index);
/* The userdata at 'index' if it is of 'class' or a descendant (class NULL: of any), else
** NULL. Never raises. */
void *object_test(lua_State *L, int index, const Class *class);
void *object_check(lua_State *L, int argument, const Class *class, const char *function,
                   const char *name);

/* ---- box.c, kind.c: tensor userdata ---------------------------------------- */

typedef struct {
  Object object;
  Tensor *tensor; /* owned; NULL in a box that waits to be filled, or whose tensor is deferred */
  struct Deferred *deferred; /* owned: what the tensor will be computed of (vm/deferred.c), else NULL */
} TensorBox;

extern const Class tensor_class;

/* Pushes an empty box. After it is filled call tensor_account. */
TensorBox *tensor_box(lua_State *L);
/* The same where the metatable is at hand, at a stack index as seen with the new box
** on top, or an upvalue's. */
TensorBox *tensor_box_of(lua_State *L, int metatable);
/* Tells the collector of Lua about the bytes behind a filled box. */
void tensor_account(lua_State *L, const TensorBox *box);
/* Pushes a box for another reference to 'tensor' (borrowed); nil for NULL. */
void tensor_push(lua_State *L, Tensor *tensor);
/* The tensor at 'index' (borrowed), or NULL. Never raises. */
Tensor *tensor_test(lua_State *L, int index);
Tensor *tensor_check(lua_State *L, int argument, const char *function, const char *name);
/* The same tensor where the host can read its data: itself, or a copy. Pushes one value, which keeps the copy alive.
** Raises where there is no data. */
Tensor *tensor_host(lua_State *L, Tensor *t, const char *function);
/* Of tag.c: a table of what a library knows of the tensor at 'index'. tag_push pushes it; tag_field its field of
** the name at 'key'; false: there is none, and nothing is pushed. tag_give takes the table from the top of the
** stack. */
bool tag_push(lua_State *L, int index);
bool tag_field(lua_State *L, int index, int key);
void tag_give(lua_State *L, int index);
int tag_set(lua_State *L);
int tag_of(lua_State *L);
/* Of deferred.c: computes the tensor of a box (NULL: status_message says why not), and forgets what it would be. */
extern Tensor *(*deferred_tensor)(TensorBox *box);
extern void (*deferred_drop)(TensorBox *box);

/* ---- userdata/options.c ------------------------------------------------------- */

/* A dtype from "float32" or torch.float32 at 'index'; DTYPE_NONE for nil. Raises
** otherwise. */
DType dtype_check(lua_State *L, int index, const char *function, const char *name);
void dtype_push(lua_State *L, DType dtype);

/* ---- table.c ----------------------------------------------------------------- */

/* Whether the table at 'index' holds nothing beside items 1 to n: a name among them would be passed over silently.
** (table.pack's n may be there.) */
bool table_is_list(lua_State *L, int index, lua_Integer n);
/* Whether the value is a table of named arguments: no items, and at least one key that is a string. */
bool table_has_names(lua_State *L, int index);
bool table_is_empty(lua_State *L, int index); /* false also for what is no table */
/* Raises unless the keys of the table at 'index' are among 'names' (NULL at the end); nil has none. */
void table_check_names(lua_State *L, int index, const char *function, const char *const *names);

/* ---- globals.c --------------------------------------------------------------- */

/* Makes getmetatable and setmetatable load the libraries of the globals before a program gets their metatable. */
void globals_open(lua_State *L);

/* ---- ipairs.c ---------------------------------------------------------------- */

/* Of an __index function: whether the iterator of ipairs reads. */
bool ipairs_asks(lua_State *L);
void ipairs_open(lua_State *L);

/* ---- print.c ---------------------------------------------------------------- */

int print_tensor(lua_State *L); /* __tostring of tensors: pushes the text */

/* ---- open.c: the libraries --------------------------------------------------- */

/* Opens the package: pushes the table torch (luaopen_torch of the C module). */
int luaopen_torch_package(lua_State *L);
/* In the executable: torch is in package.loaded and the globals torch, nn, F,
** optim and gnuplot are set (the libraries load at first use). */
void open_globals(lua_State *L);
/* Loads an embedded Lua file (or the one under $HECATE_LIB): pushes the chunk. */
int open_embedded(lua_State *L, const char *name);
void open_push_global(lua_State *L, const char *name); /* as lib/ sees it, whatever the program made of it */

#pragma GCC visibility pop
#endif
