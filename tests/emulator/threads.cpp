/* threads.cpp: runs kernels that were compiled as C++. */
#include "threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include "launch.h"

EmulatedIndex emulated_grid, emulated_block_size, emulated_block, emulated_thread;
static unsigned no_fault;
unsigned *emulated_fault = &no_fault;

static EmulatedEntry *entries;

EmulatedEntry::EmulatedEntry(const char *n, EmulatedCall c, bool t) : name(n), call(c), together(t), next(entries) {
  entries = this;
}

/* ---- coroutines ------------------------------------------------------------------------------------------ */

enum { MOST_THREADS = 1024, STACK_BYTES = 32768 };
static ucontext_t scheduler, coroutines[MOST_THREADS];
static char (*stacks)[STACK_BYTES];
static bool ended[MOST_THREADS];
static int running;
static EmulatedCall running_call;
static void **running_parameters;

void emulated_barrier(void) { swapcontext(&coroutines[running], &scheduler); }

static void coroutine(void) {
  running_call(running_parameters);
  ended[running] = true;
}

static void start(int i) {
  getcontext(&coroutines[i]);
  coroutines[i].uc_stack.ss_sp = stacks[i];
  coroutines[i].uc_stack.ss_size = STACK_BYTES;
  coroutines[i].uc_link = &scheduler;
  ended[i] = false;
  makecontext(&coroutines[i], coroutine, 0);
}

static void set_thread(int i) {
  const int x = (int)emulated_block_size.x, y = (int)emulated_block_size.y;
  emulated_thread = {(unsigned)(i % x), (unsigned)(i / x % y), (unsigned)(i / x / y)};
}

static void block_together(int threads) {
  int left = threads;
  for (int i = 0; i < threads; i++) start(i);
  while (left > 0)
    for (int i = 0; i < threads; i++) {
      if (ended[i]) continue;
      running = i;
      set_thread(i);
      swapcontext(&scheduler, &coroutines[i]);
      left -= ended[i];
    }
}

/* ---- launch.h -------------------------------------------------------------------------------------------- */

EmulatedEntry *emulated_find(const char *name) {
  for (EmulatedEntry *e = entries; e != NULL; e = e->next)
    if (strcmp(e->name, name) == 0) return e;
  return NULL;
}

void emulated_launch(EmulatedEntry *entry, const unsigned grid[3], const unsigned block[3], void **parameters) {
  const int threads = (int)(block[0] * block[1] * block[2]);
  if (threads > MOST_THREADS || threads < 1) abort();
  if (stacks == NULL) stacks = (char(*)[STACK_BYTES])malloc((size_t)MOST_THREADS * STACK_BYTES);
  emulated_grid = {grid[0], grid[1], grid[2]};
  emulated_block_size = {block[0], block[1], block[2]};
  running_call = entry->call;
  running_parameters = parameters;
  for (unsigned z = 0; z < grid[2]; z++)
    for (unsigned y = 0; y < grid[1]; y++)
      for (unsigned x = 0; x < grid[0]; x++) {
        emulated_block = {x, y, z};
        if (entry->together) block_together(threads);
        for (int i = 0; i < threads && !entry->together; i++) {
          set_thread(i);
          entry->call(parameters);
        }
      }
}

void emulated_set_fault(unsigned *word) { emulated_fault = word; }
