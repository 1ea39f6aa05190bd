/* call_stack.c: see call_stack.h. A stack is its innermost function and the number of the stack below; so stacks that
** begin alike share what they have in common.
*/
#include "call_stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coroutine.h"

#define STACK_DEPTH 64
#define STACK_BUCKETS 1024

typedef struct {
  const char *function; /* interned */
  uint32_t outer;       /* 0: none */
  uint32_t next;        /* in the chain of its bucket */
} StackEntry;

static StackEntry *stack_entries; /* number n is stack_entries[n - 1] */
static uint32_t stack_count, stack_room, stack_buckets[STACK_BUCKETS];

static uint32_t stack_intern(const char *function, uint32_t outer) {
  const uint32_t bucket = (uint32_t)(((uintptr_t)function >> 4) * 31 + outer) % STACK_BUCKETS;
  for (uint32_t i = stack_buckets[bucket]; i != 0; i = stack_entries[i - 1].next)
    if (stack_entries[i - 1].function == function && stack_entries[i - 1].outer == outer) return i;
  if (stack_count == stack_room) {
    const uint32_t room = stack_room == 0 ? 256 : 2 * stack_room;
    StackEntry *grown = realloc(stack_entries, room * sizeof *grown);
    if (grown == NULL) return outer;
    stack_entries = grown;
    stack_room = room;
  }
  stack_entries[stack_count++] = (StackEntry){.function = function, .outer = outer, .next = stack_buckets[bucket]};
  return stack_buckets[bucket] = stack_count;
}

/* "train.lua:12: forward"; a function without a name is told by where it begins. */
static const char *function_text(const lua_Debug *ar) {
  char text[LUA_IDSIZE + 160], name[96];
  if (ar->name != NULL) snprintf(name, sizeof name, "%.90s", ar->name);
  else if (strcmp(ar->what, "main") == 0) snprintf(name, sizeof name, "main chunk");
  else snprintf(name, sizeof name, "function <%d>", ar->linedefined);
  snprintf(text, sizeof text, "%s:%d: %s", ar->short_src, ar->currentline, name);
  return mode_intern(text);
}

uint32_t call_stack_now(void) {
  const char *functions[STACK_DEPTH];
  lua_Debug ar;
  lua_State *L = mode_thread();
  int n = 0;
  for (int level = 0; L != NULL && n < STACK_DEPTH && lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sln", &ar);
    if (ar.currentline <= 0 || strncmp(ar.source, "@lib/", 5) == 0) continue;
    if ((functions[n] = function_text(&ar)) != NULL) n++;
  }
  uint32_t stack = 0;
  while (n > 0) stack = stack_intern(functions[--n], stack);
  return stack;
}

void call_stack_push(lua_State *L, uint32_t stack) {
  lua_newtable(L);
  for (lua_Integer i = 1; stack != 0 && stack <= stack_count; i++) {
    lua_pushstring(L, stack_entries[stack - 1].function);
    lua_rawseti(L, -2, i);
    stack = stack_entries[stack - 1].outer;
  }
}
