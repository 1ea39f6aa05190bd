/* alloc.c: the allocator of the executable's Lua. */
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "vm.h"

/* Lua's small blocks come and go by the thousand: what it frees waits in a list of its
** size for the next. Only the thread that runs Lua comes here. */
#define SMALL 128
#define WAITING (1 << 20) /* bytes at most */

typedef struct Waiting {
  struct Waiting *next;
} Waiting;
static Waiting *waiting[SMALL / 16 + 1];
static size_t waiting_bytes;

static void *alloc_take(size_t size) {
  if (size > SMALL) return malloc(size);
  size_t class = (size + 15) / 16;
  Waiting *block = waiting[class];
  if (block == NULL) return malloc(class * 16);
  waiting[class] = block->next;
  waiting_bytes -= class * 16;
  return block;
}

static void alloc_give(void *block, size_t size) {
  size_t class = (size + 15) / 16;
#ifdef HECATE_SANITIZE
  bool keep = false; /* so that the sanitizer sees a use after free */
#else
  bool keep = block != NULL && size > 0 && size <= SMALL && waiting_bytes + class * 16 <= WAITING;
#endif
  if (!keep) {
    free(block);
    return;
  }
  Waiting *w = block;
  w->next = waiting[class];
  waiting[class] = w;
  waiting_bytes += class * 16;
}

/* The allocator of Lua. It takes part in the fault mode of the tensor library;
** blocks that shrink or go never fail, as Lua demands. Lua collects and asks again
** when it is refused, so a fault is two refusals. */
void *alloc_lua(void *context, void *block, size_t old_size, size_t size) {
  (void)context;
  if (size == 0) {
    alloc_give(block, old_size);
    return NULL;
  }
  static bool refused;
  bool grows = block == NULL || size > old_size; /* without block, old_size is a type */
  if (grows && (refused || memory_should_fail())) {
    refused = !refused;
    return NULL;
  }
  if (block == NULL) return alloc_take(size);
  if (old_size > SMALL && size > SMALL) return realloc(block, size);
  void *moved = alloc_take(size);
  if (moved == NULL) return grows ? NULL : block;
  memcpy(moved, block, old_size < size ? old_size : size);
  alloc_give(block, old_size);
  return moved;
}
