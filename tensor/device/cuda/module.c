/* module.c: finds kernels: in the images that nvcc made of most kernels of a dtype when the program was built, else by
** compiling the piece of the text that has them.
*/
#include <stdio.h>
#include <stdlib.h>

#include "cuda.h"
#include "images.h"

#define MODULE_NAME 112
#define MODULE_BUCKETS 1024

/* What was found, by "cuda device/dtype/name". */
typedef struct Found {
  uint64_t hash;
  char name[MODULE_NAME];
  CudaFunction kernel;
  struct Found *next;
} Found;

/* The module of a piece, or what nvcc made of a dtype ("*"). */
typedef struct Loaded {
  char name[MODULE_NAME];
  CudaModule module; /* NULL: it could not be loaded */
  struct Loaded *next;
} Loaded;

static Found *module_found[MODULE_BUCKETS];
static Loaded *module_loaded;

static uint64_t module_hash(int index, DType dtype, const char *name) {
  uint64_t h = 0xcbf29ce484222325ull ^ (uint64_t)(index * 64 + dtype) * 0x9E3779B97F4A7C15ull;
  for (; *name != '\0'; name++) h = (h ^ (unsigned char)*name) * 0x100000001b3ull;
  return h;
}

static Loaded *module_find_loaded(const char *name) {
  Loaded *l = module_loaded;
  while (l != NULL && strcmp(l->name, name) != 0) l = l->next;
  return l;
}

/* Kernels of a module note faults from now on. */
static Status module_connect(CudaModule module, DType dtype) {
  char word[64];
  CudaAddress place, fault = devices_fault_word();
  size_t bytes;
  snprintf(word, sizeof word, "fault_word_%s", dtype_table[dtype].name);
  if (driver.module_global(&place, &bytes, module, word) != 0) return OK; /* none of its kernels has faults */
  CUDA_TRY(driver.to_device(place, &fault, sizeof fault, NULL), "kernels");
  return driver_check(driver.synchronize(), "kernels");
}

/* Loads an image. One that failed stays in the list without a module, and may be tried again. */
static Status module_load(const char *name, const void *image, DType dtype, CudaModule *module) {
  Loaded *l = module_find_loaded(name);
  *module = NULL;
  if (l == NULL) {
    l = host->memory_alloc(sizeof *l);
    if (l == NULL) return ERROR_MEMORY;
    *l = (Loaded){.next = module_loaded};
    snprintf(l->name, sizeof l->name, "%s", name);
    module_loaded = l;
  }
  CUDA_TRY(driver.module_load(&l->module, image), "kernels");
  const Status status = module_connect(l->module, dtype);
  if (status == OK) {
    *module = l->module;
    return OK;
  }
  driver.module_unload(l->module);
  l->module = NULL;
  return status;
}

/* The head of the text and one piece. NULL: no memory or no such piece. */
static char *module_piece(const char *text, const char *piece, size_t *size) {
  char mark[MODULE_NAME];
  snprintf(mark, sizeof mark, "\n//@ %s\n", piece);
  const char *first = strstr(text, "\n//@ "), *from = strstr(text, mark);
  if (first == NULL || from == NULL) return NULL;
  const char *to = strstr(from + 1, "\n//@ ");
  const size_t head = (size_t)(first - text), length = to != NULL ? (size_t)(to - from) : strlen(from);
  *size = head + length + 2;
  char *out = host->memory_alloc(*size);
  if (out == NULL) return NULL;
  memcpy(out, text, head);
  memcpy(out + head, from, length);
  memcpy(out + head + length, "\n", 2);
  return out;
}

static Status module_compile(int index, DType dtype, const char *piece, const char *name, CudaModule *module) {
  CudaState *state;
  char arch[16];
  void *image;
  size_t size, bytes = 0;
  TRY(devices_use(index, &state));
  char *text = cuda_texts[dtype] != NULL ? module_piece(cuda_texts[dtype], piece, &size) : NULL;
  if (text == NULL)
    return host->fail(ERROR_ARGUMENT, "%s: not there on cuda for %s yet", piece, dtype_table[dtype].name);
  snprintf(arch, sizeof arch, "sm_%d%d", state->major, state->minor);
  Status status = compile_text(piece, text, arch, &image, &bytes);
  host->memory_free(text, size);
  if (status != OK) return status;
  status = module_load(name, image, dtype, module);
  host->memory_free(image, bytes);
  return status;
}

/* What nvcc made of a dtype, or NULL. HECATE_CUDA_JIT=1: it is left aside (tests). */
static CudaModule module_image(int index, DType dtype) {
  char name[MODULE_NAME];
  snprintf(name, sizeof name, "%d/%d/*", index, (int)dtype);
  const Loaded *l = module_find_loaded(name);
  CudaModule module = l != NULL ? l->module : NULL;
  if (l == NULL && cuda_images[dtype] != NULL && getenv("HECATE_CUDA_JIT") == NULL)
    (void)module_load(name, cuda_images[dtype], dtype, &module);
  return module;
}

static Status module_of(int index, DType dtype, const char *piece, CudaModule *module) {
  char name[MODULE_NAME];
  snprintf(name, sizeof name, "%d/%d/%s", index, (int)dtype, piece);
  const Loaded *l = module_find_loaded(name);
  if (l != NULL && (*module = l->module) != NULL) return OK;
  return module_compile(index, dtype, piece, name, module);
}

Status module_kernel(int index, DType dtype, const char *piece, const char *name, CudaFunction *out) {
  const uint64_t hash = module_hash(index, dtype, name);
  Found **at = &module_found[hash % MODULE_BUCKETS];
  for (Found *f = *at; f != NULL; f = f->next)
    if (f->hash == hash && strcmp(f->name, name) == 0) {
      *out = f->kernel;
      return OK;
    }
  char full[2 * MODULE_NAME];
  snprintf(full, sizeof full, "%s_%s", name, dtype_table[dtype].name);
  CudaModule module = module_image(index, dtype);
  if (module == NULL || driver.module_function(out, module, full) != 0) {
    TRY(module_of(index, dtype, piece, &module));
    CUDA_TRY(driver.module_function(out, module, full), full);
  }
  Found *f = host->memory_alloc(sizeof *f);
  if (f == NULL) return ERROR_MEMORY;
  *f = (Found){.hash = hash, .kernel = *out, .next = *at};
  snprintf(f->name, sizeof f->name, "%s", name);
  *at = f;
  return OK;
}
