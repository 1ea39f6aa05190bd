/* memory.c: see memory.h. */
#include "tokenizers/core/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void give_up(Failure *f, const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(f->message, sizeof f->message, format, list);
  va_end(list);
  longjmp(f->jump, 1);
}

bool guard(Failure *f, void (*body)(Failure *f, void *data), void *data) {
  f->message[0] = '\0';
  if (setjmp(f->jump) != 0) return false;
  body(f, data);
  return true;
}

void *allocate(Failure *f, size_t n, size_t item) {
  void *memory = calloc(n > 0 ? n : 1, item);
  if (memory == NULL) give_up(f, "not enough memory");
  return memory;
}

void *vector_grown(Failure *f, void *v, size_t *capacity, size_t wanted, size_t item) {
  size_t room = *capacity < 16 ? 16 : *capacity * 2;
  if (room < wanted) room = wanted;
  void *grown = room > SIZE_MAX / 2 / item ? NULL : realloc(v, room * item);
  if (grown == NULL) give_up(f, "not enough memory");
  *capacity = room;
  return grown;
}

#define BLOCK ((size_t)1 << 16)

struct Block {
  struct Block *next;
  size_t used, room;
  _Alignas(16) char bytes[];
};

void *pool_take(Failure *f, Pool *p, size_t n, size_t item) {
  if (n > SIZE_MAX / 4 / item) give_up(f, "not enough memory");
  const size_t wanted = (n * item + 15) & ~(size_t)15;
  struct Block *b = p->blocks;
  if (b == NULL || b->room - b->used < wanted) {
    const size_t room = wanted > BLOCK ? wanted : BLOCK;
    b = malloc(sizeof *b + room);
    if (b == NULL) give_up(f, "not enough memory");
    *b = (struct Block){p->blocks, 0, room};
    p->blocks = b;
  }
  void *memory = b->bytes + b->used;
  b->used += wanted;
  return memory;
}

/* The first of the blocks stays. */
void pool_reset(Pool *p) {
  while (p->blocks != NULL && p->blocks->next != NULL) {
    struct Block *next = p->blocks->next;
    free(p->blocks);
    p->blocks = next;
  }
  if (p->blocks != NULL) p->blocks->used = 0;
}

void pool_free(Pool *p) {
  pool_reset(p);
  free(p->blocks);
  p->blocks = NULL;
}
