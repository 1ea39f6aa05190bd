/* place.c: where in the program of the host something was made: a number that the host
** gives and explains. Nodes keep it in anomaly mode and while history_places is on, storages while they are
** watched.
*/
#include <stdlib.h>

#include "internal.h"

static uint32_t (*host_now)(void);
static const char *(*host_text)(uint32_t place);
bool history_places;

void place_host(uint32_t (*now)(void), const char *(*text)(uint32_t place)) {
  host_now = now;
  host_text = text;
}

uint32_t place_now(void) { return host_now != NULL ? host_now() : 0; }
const char *place_text(uint32_t place) {
  return place != 0 && host_text != NULL ? host_text(place) : NULL;
}

/* ---- storages that are watched ------------------------------------------------ */

/* An open hash table of the storages made while it was on, in one lock: a storage may go
** in another thread. Removed ones leave a tombstone. */
typedef struct {
  Storage *storage; /* NULL: free; TOMBSTONE: was used */
  uint32_t place;
} Entry;
#define TOMBSTONE ((Storage *)1)

bool storage_watched;
static Entry *entries;
static size_t capacity, used, alive; /* used counts tombstones too */
static atomic_flag lock = ATOMIC_FLAG_INIT;

static void acquire(void) {
  while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) {
  }
}
static void release(void) { atomic_flag_clear_explicit(&lock, memory_order_release); }

static size_t start_of(const Storage *s) { return ((uintptr_t)s >> 6) * 0x9E3779B97F4A7C15u; }

static void enter(Storage *s, uint32_t place) {
  size_t i = start_of(s) % capacity;
  while (entries[i].storage != NULL) i = (i + 1) % capacity;
  entries[i] = (Entry){s, place};
  used++;
  alive++;
}

/* Without memory the storage is not entered: the table is an aid, not the account. */
static bool make_room(void) {
  if (2 * (used + 1) <= capacity) return true;
  size_t old_capacity = capacity, wanted = 4 * (alive + 256);
  Entry *old = entries, *fresh = calloc(wanted, sizeof *fresh);
  if (fresh == NULL) return false;
  entries = fresh;
  capacity = wanted;
  used = alive = 0;
  for (size_t i = 0; i < old_capacity; i++)
    if (old[i].storage != NULL && old[i].storage != TOMBSTONE) enter(old[i].storage, old[i].place);
  free(old);
  return true;
}

void storage_note(Storage *s) {
  uint32_t place = place_now();
  acquire();
  if (make_room()) enter(s, place);
  release();
}

void storage_forget(Storage *s) {
  acquire();
  for (size_t i = capacity > 0 ? start_of(s) % capacity : 0; capacity > 0 && entries[i].storage != NULL;
       i = (i + 1) % capacity)
    if (entries[i].storage == s) {
      entries[i].storage = TOMBSTONE;
      alive--;
      break;
    }
  release();
}

void storage_watch(bool on) {
  acquire();
  if (!on) {
    free(entries);
    entries = NULL;
    capacity = used = alive = 0;
  }
  storage_watched = on;
  release();
}

void storage_each(void (*visit)(void *context, size_t bytes, uint32_t place), void *context) {
  acquire();
  for (size_t i = 0; i < capacity; i++)
    if (entries[i].storage != NULL && entries[i].storage != TOMBSTONE)
      visit(context, entries[i].storage->bytes, entries[i].place);
  release();
}
