/* memory.c: the caching allocator. A block belongs to a size class and to the stream that was current when it was
** made; freed ones wait for the next of that class on that stream, so no call waits for the driver, and a block is
** used again only behind the work that used it before. Classes lie an eighth of a power of two apart. Small blocks
** are cut from chunks of the driver's, large ones are the driver's own.
*/
#include "cuda.h"

#define MEMORY_LEAST 512
#define MEMORY_SMALL (1 << 19)   /* blocks up to this size are cut from chunks */
#define MEMORY_CHUNK (1 << 21)
#define MEMORY_CLASSES 300

typedef struct Chunk {
  CudaAddress address;
  size_t bytes;
  int blocks, used; /* cut from it; in use */
} Chunk;

typedef struct Block {
  CudaAddress address;
  size_t bytes; /* of the class */
  int class;
  CudaStream stream;
  Chunk *chunk;
  struct Block *next; /* in the list of its class, or of its place in the table */
} Block;

typedef struct {
  Block *freed[MEMORY_CLASSES];
  Block **table; /* blocks in use by their addresses */
  size_t table_size, table_used;
  MemoryStats stats; /* bytes: as classes have them */
} Memory;

static Memory memories[DEVICE_MOST];

/* The class of a size, and its size. Sizes of one power of two have eight classes. */
static int memory_class(size_t bytes, size_t *size) {
  if (bytes < MEMORY_LEAST) bytes = MEMORY_LEAST;
  const int top = 63 - __builtin_clzll((unsigned long long)bytes);
  const size_t step = (size_t)1 << (top >= 12 ? top - 3 : 9);
  *size = (bytes + step - 1) / step * step;
  const int high = 63 - __builtin_clzll((unsigned long long)*size); /* rounding may have reached the next power */
  if (high < 12) return (int)(*size / MEMORY_LEAST) - 1;
  return 8 + (high - 12) * 8 + (int)(*size >> (high - 3) & 7);
}

/* ---- blocks in use --------------------------------------------------------------------------------------- */

static size_t memory_place(const Memory *m, CudaAddress address) {
  return (size_t)((address >> 9) * 0x9E3779B97F4A7C15ull >> 32) % m->table_size;
}

static Status memory_grow_table(Memory *m) {
  const size_t size = m->table_size == 0 ? 1024 : m->table_size * 4;
  Block **table = host->memory_alloc(size * sizeof *table);
  if (table == NULL) return ERROR_MEMORY;
  memset(table, 0, size * sizeof *table);
  Memory old = *m;
  m->table = table;
  m->table_size = size;
  for (size_t i = 0; i < old.table_size; i++)
    for (Block *b = old.table[i], *next; b != NULL; b = next) {
      next = b->next;
      Block **at = &table[memory_place(m, b->address)];
      b->next = *at;
      *at = b;
    }
  host->memory_free(old.table, old.table_size * sizeof *table);
  return OK;
}

static void memory_note(Memory *m, Block *b) {
  Block **at = &m->table[memory_place(m, b->address)];
  b->next = *at;
  *at = b;
  m->table_used++;
}

static Block *memory_forget(Memory *m, CudaAddress address) {
  Block **at = &m->table[memory_place(m, address)];
  while (*at != NULL && (*at)->address != address) at = &(*at)->next;
  Block *b = *at;
  if (b != NULL) {
    *at = b->next;
    m->table_used--;
  }
  return b;
}

/* ---- from the driver ------------------------------------------------------------------------------------- */

static Status memory_from_driver(int index, size_t bytes, CudaAddress *address) {
  CudaResult result = driver.allocate(address, bytes);
  if (result == CUDA_OUT_OF_MEMORY) {
    cuda_memory_trim(index);
    result = driver.allocate(address, bytes);
  }
  if (result == CUDA_OUT_OF_MEMORY) {
    size_t available = 0, total = 0;
    driver.memory_info(&available, &total);
    return host->fail(ERROR_MEMORY, "not enough memory on cuda:%d: %zu bytes asked for, %zu of %zu are free", index,
                      bytes, available, total);
  }
  TRY(driver_check(result, "memory"));
  memories[index].stats.cached += (int64_t)bytes;
  return OK;
}

static Status memory_block(int class, size_t size, CudaStream stream, Chunk *chunk, CudaAddress address, Block **out) {
  *out = host->memory_alloc(sizeof **out);
  if (*out == NULL) return ERROR_MEMORY;
  **out = (Block){.address = address, .bytes = size, .class = class, .stream = stream, .chunk = chunk};
  return OK;
}

/* Nobody has taken a block of it. */
static void memory_to_driver(Memory *m, CudaAddress address, size_t bytes) {
  m->stats.cached -= (int64_t)bytes;
  driver.free(address);
}

/* New blocks of a class wait in its list: one that is the driver's own, or all of a chunk. */
static Status memory_more(int index, int class, size_t size, CudaStream stream) {
  Memory *m = &memories[index];
  const bool small = size <= MEMORY_SMALL;
  CudaAddress address;
  Block *b;
  TRY(memory_from_driver(index, small ? MEMORY_CHUNK : size, &address));
  Chunk *chunk = host->memory_alloc(sizeof *chunk);
  if (chunk == NULL) {
    memory_to_driver(m, address, small ? MEMORY_CHUNK : size);
    return ERROR_MEMORY;
  }
  *chunk = (Chunk){.address = address, .bytes = small ? MEMORY_CHUNK : size};
  for (size_t at = 0; at + size <= chunk->bytes; at += size) {
    if (memory_block(class, size, stream, chunk, address + at, &b) != OK) break;
    b->next = m->freed[class];
    m->freed[class] = b;
    chunk->blocks++;
  }
  if (chunk->blocks > 0) return OK; /* the rest of the chunk is not used until it goes back as a whole */
  memory_to_driver(m, address, chunk->bytes);
  host->memory_free(chunk, sizeof *chunk);
  return ERROR_MEMORY;
}

/* ---- what the library calls ------------------------------------------------------------------------------ */

static Block *memory_take(Memory *m, int class, CudaStream stream) {
  Block **at = &m->freed[class];
  while (*at != NULL && (*at)->stream != stream) at = &(*at)->next;
  Block *b = *at;
  if (b != NULL) *at = b->next;
  return b;
}

Status cuda_allocate(int index, size_t bytes, void **data) {
  CudaState *state;
  Memory *m = &memories[index];
  size_t size;
  const int class = memory_class(bytes, &size);
  *data = NULL;
  TRY(devices_use(index, &state));
  if (m->table_used >= m->table_size) TRY(memory_grow_table(m));
  Block *b = memory_take(m, class, state->stream);
  if (b == NULL) {
    TRY(memory_more(index, class, size, state->stream));
    b = memory_take(m, class, state->stream);
  }
  b->chunk->used++;
  memory_note(m, b);
  m->stats.bytes += (int64_t)size;
  m->stats.blocks++;
  if (m->stats.bytes > m->stats.peak) m->stats.peak = m->stats.bytes;
  *data = (void *)(uintptr_t)b->address;
  return OK;
}

void cuda_free(int index, void *data, size_t bytes) {
  Memory *m = &memories[index];
  Block *b = data != NULL ? memory_forget(m, (CudaAddress)(uintptr_t)data) : NULL;
  (void)bytes; /* the class is known */
  if (b == NULL) return;
  b->chunk->used--;
  m->stats.bytes -= (int64_t)b->bytes;
  m->stats.blocks--;
  b->next = m->freed[b->class];
  m->freed[b->class] = b;
}

/* 'cached': what the driver gave and nobody uses. */
void cuda_memory_stats(int index, MemoryStats *stats) {
  *stats = memories[index].stats;
  stats->cached -= stats->bytes;
}

void cuda_memory_reset_peak(int index) { memories[index].stats.peak = memories[index].stats.bytes; }

/* The blocks of chunks of which none is in use leave their list; the last one takes the chunk with it. */
static void memory_trim_class(Memory *m, int class) {
  Block **at = &m->freed[class];
  while (*at != NULL) {
    Block *b = *at;
    if (b->chunk->used > 0) {
      at = &b->next;
      continue;
    }
    *at = b->next;
    if (--b->chunk->blocks == 0) {
      memory_to_driver(m, b->chunk->address, b->chunk->bytes);
      host->memory_free(b->chunk, sizeof *b->chunk);
    }
    host->memory_free(b, sizeof *b);
  }
}

void cuda_memory_trim(int index) {
  CudaState *state;
  if (devices_use(index, &state) != OK || driver.synchronize() != 0) return;
  for (int class = 0; class < MEMORY_CLASSES; class++) memory_trim_class(&memories[index], class);
}
