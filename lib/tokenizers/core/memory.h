/* memory.h: arrays that grow, and what happens where memory ends or an input is wrong.
**
** Code of this library that cannot go on calls give_up, which jumps to the guard of the call. Whatever is allocated
** belongs to an object that lives longer than the guard (a Work, a model, a userdata), so nothing is lost by the
** jump.
*/
#ifndef TOKENIZERS_MEMORY_H
#define TOKENIZERS_MEMORY_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  jmp_buf jump;
  char message[300];
} Failure;

/* Notes a message, in the form of printf, and jumps to the guard. */
_Noreturn void give_up(Failure *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Runs body(data) under a guard: false where it failed; f->message says why. */
bool guard(Failure *f, void (*body)(Failure *f, void *data), void *data);

/* Memory of n items, zeroed; fails where there is none. */
void *allocate(Failure *f, size_t n, size_t item);

/* An array v of n items that has room for 'capacity'. */
#define VECTOR(T) struct { T *v; size_t n, capacity; }
void *vector_grown(Failure *f, void *v, size_t *capacity, size_t wanted, size_t item);

/* Makes room for 'more' items after the last one. */
#define RESERVE(f, vector, more)                                                                               \
  ((vector)->n + (more) <= (vector)->capacity                                                                  \
     ? (void)0                                                                                                 \
     : (void)((vector)->v =                                                                                    \
                vector_grown(f, (vector)->v, &(vector)->capacity, (vector)->n + (more), sizeof *(vector)->v)))
#define PUSH(f, vector, ...) (RESERVE(f, vector, 1), (void)((vector)->v[(vector)->n++] = (__VA_ARGS__)))

/* Memory for the results of one call, which is free for the next call after pool_reset. */
typedef struct { struct Block *blocks; } Pool;
void *pool_take(Failure *f, Pool *p, size_t n, size_t item);
void pool_reset(Pool *p);
void pool_free(Pool *p);

#endif
