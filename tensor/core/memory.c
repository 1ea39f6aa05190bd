/* memory.c: 64-byte aligned blocks with size-class lists.
**
** A size is rounded up to a class: multiples of 64 up to 512, then eight classes for each
** power of two, so at most 1/8 is lost. A freed block goes to the list of its class
** and comes back without malloc (and without the page faults of fresh memory). Lists
** hold at most CACHE_LIMIT bytes, or what is in use, or what is missing to one and a half times the recent peak of what
** was in use (but CACHE_MOST); before they would hold more, blocks of other sizes go: what a program frees now is what
** it asks for next. One lock, taken for a few instructions; no lock is held over malloc.
*/
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"

#define ALIGNMENT 64
#define HUGE_PAGE ((size_t)2 << 20)
#define CLASSES 400
#define CACHE_LIMIT (96LL << 20)
#define CACHE_MOST (1LL << 30)
#define NOTED ((size_t)64 << 10) /* smaller blocks say nothing of the peak */
#define WINDOW 8 /* peaks: when so much has been freed, a new window begins, in which the peak is measured */

typedef struct Block {
  struct Block *next;
  size_t bytes;
} Block; /* while it is free */

static Block *lists[CLASSES];
static atomic_flag lock = ATOMIC_FLAG_INIT;
static MemoryStats stats;
static int64_t fail_countdown;
static int64_t window_peak, last_peak, window_freed; /* in use at most: in this window, in the last; freed in this */

static void acquire(void) {
  while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) {
  }
}
static void release(void) { atomic_flag_clear_explicit(&lock, memory_order_release); }

/* The class of a size and the bytes of its blocks. */
static int size_class(size_t bytes, size_t *rounded) {
  if (bytes <= 512) {
    int c = bytes == 0 ? 0 : (int)((bytes - 1) / 64);
    *rounded = (size_t)(c + 1) * 64;
    return c;
  }
  int log2 = 63 - __builtin_clzll(bytes - 1); /* 2^log2 <= bytes-1 < 2^(log2+1) */
  size_t step = (size_t)1 << (log2 - 3);
  size_t over = (bytes - 1 - ((size_t)1 << log2)) / step;
  *rounded = ((size_t)1 << log2) + (over + 1) * step;
  return 8 + (log2 - 9) * 8 + (int)over;
}

int64_t memory_fail_at(int64_t n) {
  const int64_t left = fail_countdown;
  fail_countdown = n;
  return left;
}

bool memory_should_fail(void) {
  return fail_countdown > 0 && --fail_countdown == 0;
}

static void *take(int class, size_t rounded) {
  acquire();
  Block *block = lists[class];
  if (block != NULL) {
    lists[class] = block->next;
    stats.cached -= (int64_t)rounded;
  }
  stats.bytes += (int64_t)rounded;
  stats.blocks++;
  if (stats.bytes > stats.peak) stats.peak = stats.bytes;
  release();
  return block;
}

/* Large blocks lie on large pages where the system grants them: fewer misses in the
** translation of addresses, fewer faults on first touch. */
static void *system_alloc(size_t rounded) {
  if (rounded < HUGE_PAGE) return aligned_alloc(ALIGNMENT, rounded);
  void *block;
  if (posix_memalign(&block, HUGE_PAGE, rounded) != 0) return NULL; /* of any size, unlike aligned_alloc */
#ifdef MADV_HUGEPAGE
  madvise(block, rounded / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
  return block;
}

void *memory_alloc(size_t bytes) {
  if (fail_countdown > 0 && memory_should_fail()) {
    fail_memory(bytes);
    return NULL;
  }
  if (bytes > (size_t)1 << 46) {
    fail_memory(bytes);
    return NULL;
  }
  size_t rounded;
  int class = size_class(bytes, &rounded);
  void *block = take(class, rounded);
  if (block != NULL) return block;
  block = system_alloc(rounded);
  if (block == NULL) { /* give the lists back and try once more */
    memory_trim();
    block = system_alloc(rounded);
  }
  if (block == NULL) {
    acquire();
    stats.bytes -= (int64_t)rounded;
    stats.blocks--;
    release();
    fail_memory(bytes);
  }
  return block;
}

void *memory_zalloc(size_t bytes) {
  void *block = memory_alloc(bytes);
  if (block != NULL) memset(block, 0, bytes);
  return block;
}

void *memory_realloc(void *block, size_t old_bytes, size_t bytes) {
  void *fresh = memory_alloc(bytes);
  if (fresh == NULL) return NULL;
  if (block != NULL) memcpy(fresh, block, old_bytes < bytes ? old_bytes : bytes);
  memory_free(block, old_bytes);
  return fresh;
}

#ifdef HECATE_SANITIZE
enum { KEEPS_FREED = false }; /* so that the sanitizer sees a use after free */
#else
enum { KEEPS_FREED = true };
#endif

static void free_list(Block *list) {
  for (Block *next; list != NULL; list = next) {
    next = list->next;
    free(list);
  }
}

/* Takes blocks of other sizes than class's, the largest first, until at most 'room' bytes are in
** the lists; the caller has the lock. */
static Block *take_others(int class, int64_t room) {
  Block *taken = NULL;
  for (int i = CLASSES - 1; i >= 0 && stats.cached > room; i--)
    while (i != class && lists[i] != NULL && stats.cached > room) {
      Block *block = lists[i];
      lists[i] = block->next;
      block->next = taken;
      taken = block;
      stats.cached -= (int64_t)block->bytes;
    }
  return taken;
}

/* How much the lists may hold. A step of a training frees what it keeps for its gradients, and what the collector finds
** comes in heaps; the next step asks for it again, and fresh pages cost more than most ops. Half of the peak comes on
** top, for the sizes are not all in use at the same time: forward and backward ask for different ones. The caller has
** the lock. */
static int64_t cache_limit(void) {
  const int64_t most = window_peak > last_peak ? window_peak : last_peak, peak = most + most / 2;
  int64_t limit = peak - stats.bytes < CACHE_MOST ? peak - stats.bytes : CACHE_MOST;
  if (limit < stats.bytes) limit = stats.bytes;
  return limit < CACHE_LIMIT ? CACHE_LIMIT : limit;
}

/* A block of so many bytes is about to be freed; what is in use is at its most before that. */
static void note_peak(int64_t bytes) {
  if (stats.bytes > window_peak) window_peak = stats.bytes;
  window_freed += bytes;
  if (window_freed <= WINDOW * window_peak) return;
  last_peak = window_peak;
  window_peak = window_freed = 0;
}

void memory_free(void *pointer, size_t bytes) {
  if (pointer == NULL) return;
  size_t rounded;
  int class = size_class(bytes, &rounded);
  Block *block = pointer, *excess = NULL;
  acquire();
  if (rounded >= NOTED) note_peak((int64_t)rounded);
  stats.bytes -= (int64_t)rounded;
  stats.blocks--;
  const int64_t limit = stats.cached + (int64_t)rounded <= CACHE_LIMIT ? CACHE_LIMIT : cache_limit();
  if (KEEPS_FREED && stats.cached + (int64_t)rounded > limit) excess = take_others(class, limit - (int64_t)rounded);
  bool keep = KEEPS_FREED && stats.cached + (int64_t)rounded <= limit;
  if (keep) {
    block->bytes = rounded;
    block->next = lists[class];
    lists[class] = block;
    stats.cached += (int64_t)rounded;
  }
  release();
  if (!keep) free(block);
  free_list(excess);
}

void memory_trim(void) {
  Block *all[CLASSES];
  acquire();
  memcpy(all, lists, sizeof all);
  memset(lists, 0, sizeof lists);
  stats.cached = 0;
  window_peak = last_peak = window_freed = 0;
  release();
  for (int i = 0; i < CLASSES; i++) free_list(all[i]);
}

void memory_stats(MemoryStats *out) {
  acquire();
  *out = stats;
  release();
}

void memory_reset_peak(void) {
  acquire();
  stats.peak = stats.bytes;
  release();
}
