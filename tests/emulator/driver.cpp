/* driver.cpp: what NVIDIA's driver, cuBLAS and NVRTC are to the plug-in, on the processor. Memory of a device can
** be read by kernels and copies alone: between calls its pages are closed, so a host that reads it dies at once.
** Streams do all at the time of the call. HECATE_EMULATED_BYTES is the size of a device's memory.
*/
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <map>

#include "launch.h"

enum { DONE = 0, INVALID = 1, NO_MEMORY = 2, NOT_FOUND = 500 };
enum { DEVICES = 2 };

#define EXPORT extern "C" __attribute__((visibility("default")))

/* ---- memory ---------------------------------------------------------------------------------------------- */

static char *arena;
static size_t arena_size, arena_used;
static std::map<uint64_t, size_t> *blocks, *freed; /* address to size */

void emulated_open_memory(bool open) { mprotect(arena, arena_size, open ? PROT_READ | PROT_WRITE : PROT_NONE); }

/* While one lives, the memory of the devices is open. */
struct Opened {
  Opened() { emulated_open_memory(true); }
  ~Opened() { emulated_open_memory(false); }
};

EXPORT int cuInit(unsigned) {
  const char *size = getenv("HECATE_EMULATED_BYTES");
  arena_size = size != NULL ? strtoull(size, NULL, 10) : (size_t)4 << 30;
  arena = (char *)mmap(NULL, arena_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  blocks = new std::map<uint64_t, size_t>;
  freed = new std::map<uint64_t, size_t>;
  return arena == MAP_FAILED ? NO_MEMORY : DONE;
}

EXPORT int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
  bytes = (bytes + 511) / 512 * 512;
  for (auto &f : *freed)
    if (f.second == bytes) {
      *address = f.first;
      freed->erase(f.first);
      (*blocks)[*address] = bytes;
      return DONE;
    }
  if (arena_used + bytes > arena_size) return NO_MEMORY;
  *address = (uint64_t)(uintptr_t)(arena + arena_used);
  arena_used += bytes;
  (*blocks)[*address] = bytes;
  return DONE;
}
EXPORT int cuMemFree_v2(uint64_t address) {
  auto found = blocks->find(address);
  if (found == blocks->end()) return INVALID;
  (*freed)[address] = found->second;
  blocks->erase(found);
  return DONE;
}
EXPORT int cuMemGetInfo_v2(size_t *available, size_t *total) {
  *available = arena_size - arena_used;
  *total = arena_size;
  return DONE;
}
EXPORT int cuMemHostAlloc(void **block, size_t bytes, unsigned) { return (*block = calloc(1, bytes)) == NULL; }

static int copy(void *to, const void *from, size_t bytes) {
  Opened open;
  memmove(to, from, bytes);
  return DONE;
}
static void *at(uint64_t address) { return (void *)(uintptr_t)address; }
EXPORT int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t n, void *) { return copy(at(to), from, n); }
EXPORT int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t n, void *) { return copy(to, at(from), n); }
EXPORT int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t n, void *) { return copy(at(to), at(from), n); }
EXPORT int cuMemcpyPeerAsync(uint64_t to, void *, uint64_t from, void *, size_t n, void *) {
  return copy(at(to), at(from), n);
}
EXPORT int cuMemsetD8Async(uint64_t to, unsigned char byte, size_t n, void *) {
  Opened open;
  memset(at(to), byte, n);
  return DONE;
}

/* ---- devices --------------------------------------------------------------------------------------------- */

EXPORT int cuDeviceGetCount(int *count) { *count = DEVICES; return DONE; }
EXPORT int cuDeviceGet(int *device, int index) { *device = index; return DONE; }
EXPORT int cuDeviceGetName(char *name, int length, int device) {
  snprintf(name, (size_t)length, "Emulated device %d", device);
  return DONE;
}
EXPORT int cuDeviceGetAttribute(int *value, int attribute, int) {
  *value = attribute == 75 ? 9 : attribute == 16 ? 1 : 0; /* sm_90, one multiprocessor */
  return DONE;
}
EXPORT int cuDeviceTotalMem_v2(size_t *bytes, int) { *bytes = arena_size; return DONE; }
static int contexts[DEVICES];
EXPORT int cuDevicePrimaryCtxRetain(void **context, int device) { *context = &contexts[device]; return DONE; }
EXPORT int cuCtxSetCurrent(void *) { return DONE; }
EXPORT int cuCtxSynchronize(void) { return DONE; }

/* ---- streams and events: all is done when it was asked for ----------------------------------------------- */

EXPORT int cuStreamCreate(void **stream, unsigned) { return (*stream = malloc(1)) == NULL; }
EXPORT int cuStreamDestroy_v2(void *stream) { free(stream); return DONE; }
EXPORT int cuStreamQuery(void *) { return DONE; }
EXPORT int cuStreamSynchronize(void *) { return DONE; }
EXPORT int cuStreamWaitEvent(void *, void *, unsigned) { return DONE; }
EXPORT int cuEventCreate(void **event, unsigned) { return (*event = calloc(1, sizeof(double))) == NULL; }
EXPORT int cuEventDestroy_v2(void *event) { free(event); return DONE; }
EXPORT int cuEventRecord(void *event, void *) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  *(double *)event = (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
  return DONE;
}
EXPORT int cuEventQuery(void *) { return DONE; }
EXPORT int cuEventSynchronize(void *) { return DONE; }
EXPORT int cuEventElapsedTime(float *milliseconds, void *start, void *end) {
  *milliseconds = (float)(*(double *)end - *(double *)start);
  return DONE;
}

/* ---- kernels --------------------------------------------------------------------------------------------- */

extern unsigned *emulated_fault;
/* Images of nvcc hold nothing that runs here; those of NVRTC below begin with 0. */
EXPORT int cuModuleLoadData(void **module, const void *image) {
  *module = malloc(1);
  if (*module == NULL) return NO_MEMORY;
  *(char *)*module = *(const char *)image;
  return DONE;
}
EXPORT int cuModuleUnload(void *module) {
  free(module);
  return 0;
}
EXPORT int cuModuleGetFunction(void **function, void *module, const char *name) {
  if (*(char *)module != 0) return NOT_FOUND;
  return (*function = emulated_find(name)) == NULL ? NOT_FOUND : DONE;
}
EXPORT int cuModuleGetGlobal_v2(uint64_t *address, size_t *bytes, void *, const char *) {
  *address = (uint64_t)(uintptr_t)&emulated_fault;
  *bytes = sizeof emulated_fault;
  return DONE;
}
EXPORT int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                          unsigned, void *, void **parameters, void **) {
  const unsigned grid[] = {gx, gy, gz}, block[] = {bx, by, bz};
  if (gx == 0 || gy == 0 || gz == 0 || bx * by * bz == 0 || bx * by * bz > 1024 || gy > 65535 || gz > 65535)
    return INVALID;
  Opened open;
  emulated_launch((EmulatedEntry *)function, grid, block, parameters);
  return DONE;
}
EXPORT int cuGetErrorString(int result, const char **text) {
  *text = result == NO_MEMORY ? "out of memory" : result == NOT_FOUND ? "named symbol not found" : "invalid argument";
  return DONE;
}

/* ---- NVRTC: the kernels are compiled already ------------------------------------------------------------- */

EXPORT int nvrtcVersion(int *major, int *minor) { *major = *minor = 0; return DONE; }
EXPORT int nvrtcCreateProgram(void **program, const char *, const char *, int, const char *const *,
                              const char *const *) {
  *program = NULL;
  return DONE;
}
EXPORT int nvrtcCompileProgram(void *, int, const char *const *) { return DONE; }
EXPORT int nvrtcGetProgramLogSize(void *, size_t *size) { *size = 0; return DONE; }
EXPORT int nvrtcGetProgramLog(void *, char *) { return DONE; }
EXPORT int nvrtcGetCUBINSize(void *, size_t *size) { *size = 1; return DONE; }
EXPORT int nvrtcGetCUBIN(void *, char *binary) { *binary = 0; return DONE; }
EXPORT int nvrtcDestroyProgram(void **) { return DONE; }
