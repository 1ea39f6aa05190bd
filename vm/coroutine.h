/* coroutine.h: modes that a script enters and leaves: each belongs to the coroutine that entered it
** (tensor/call/mode.h says what modes do).
**
** A coroutine has a mode as the one has it that resumes it, until it enters the mode itself; what it entered then
** stays with it until it leaves: when it yields, the one that goes on has its own modes back, and a coroutine that
** is never resumed again leaves nothing behind.
*/
#ifndef HECATE_COROUTINE_H
#define HECATE_COROUTINE_H

#include "call/mode.h"
#include "vm.h"

/* What can be entered by itself. */
typedef enum { PART_GRAD, PART_AUTOCAST, PART_TRACE, PART_ANOMALY, PART_PROFILE, PART_FUSED, PART_COUNT } ModePart;

typedef struct {
  bool grad, inference, fused;
  ModeState modes;
} CoroutineState;

typedef struct CoroutineRecord CoroutineRecord;

/* A mode that was entered: the value of `local _ <close> = …`. */
typedef struct {
  Object object;
  bool active;
  uint8_t part; /* ModePart */
  CoroutineRecord *owner; /* the coroutine that entered it; it lives as long (user value 1) */
  CoroutineState was;
} ModeEntry;

/* The base of the classes of entries: its finalizer leaves the mode. */
extern const Class mode_class;
/* Pushes an entry of 'class' ('size' bytes that begin with a ModeEntry) into a part; then the caller changes what runs.
** 'runs': it is for mode_run. */
void *mode_enter(lua_State *L, const Class *class, size_t size, ModePart part, bool runs);
/* Gives the part back what it was; nothing when that was done. */
void mode_leave(ModeEntry *entry);
/* The running coroutine keeps what it changes of a part from now on. */
void mode_keep(lua_State *L, ModePart part);

/* Calls the function at 'f' with the arguments behind it, leaves the entry at the top, and returns the results: the
** end of a C function, whose value this is. The function may yield. */
int mode_run(lua_State *L, int f);

/* Told of every change to another coroutine; NULL is the end of it. */
void mode_on_switch(void (*changed)(lua_State *thread));
lua_State *mode_thread(void); /* the coroutine that runs */
/* Puts the doors coroutine.resume, wrap and close in the place of Lua's. */
void mode_open(lua_State *L);

#endif
