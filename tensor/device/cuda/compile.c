/* compile.c: compiles kernels when the program runs, by NVRTC, and keeps the binaries in a folder of the user. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cuda.h"

typedef struct NvrtcProgramBox *NvrtcProgram;

static struct {
  int (*version)(int *major, int *minor);
  int (*create)(NvrtcProgram *program, const char *text, const char *name, int headers, const char *const *texts,
                const char *const *names);
  int (*compile)(NvrtcProgram program, int n, const char *const *options);
  int (*log_size)(NvrtcProgram program, size_t *size);
  int (*log)(NvrtcProgram program, char *log);
  int (*size)(NvrtcProgram program, size_t *size);
  int (*binary)(NvrtcProgram program, char *binary);
  int (*destroy)(NvrtcProgram *program);
  bool found;
} nvrtc;

static bool compile_find(const char *name, void *place) {
  static void *library;
  static const char *const files[] = {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so",
                                      "/usr/local/cuda/lib64/libnvrtc.so", NULL};
  void *address = driver_symbol(name, &library, files);
  memcpy(place, &address, sizeof address);
  return address != NULL;
}

static bool compile_is_available(void) {
  nvrtc.found = nvrtc.found ||
      (compile_find("nvrtcVersion", &nvrtc.version) && compile_find("nvrtcCreateProgram", &nvrtc.create) &&
       compile_find("nvrtcCompileProgram", &nvrtc.compile) && compile_find("nvrtcGetProgramLogSize", &nvrtc.log_size) &&
       compile_find("nvrtcGetProgramLog", &nvrtc.log) && compile_find("nvrtcGetCUBINSize", &nvrtc.size) &&
       compile_find("nvrtcGetCUBIN", &nvrtc.binary) && compile_find("nvrtcDestroyProgram", &nvrtc.destroy));
  return nvrtc.found;
}

/* ---- the folder ------------------------------------------------------------------------------------------ */

static uint64_t compile_hash(uint64_t h, const char *text) {
  for (; *text != '\0'; text++) h = (h ^ (unsigned char)*text) * 0x100000001b3ull;
  return h;
}

/* The file of a text's binary; false: nothing is kept. HECATE_CUDA_CACHE names another folder; empty: none. */
static bool compile_path(const char *text, const char *arch, char *path, size_t size) {
  const char *own = getenv("HECATE_CUDA_CACHE"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  char folder[600];
  int major = 0, minor = 0;
  if (own != NULL && own[0] == '\0') return false;
  if (own != NULL) snprintf(folder, sizeof folder, "%s", own);
  else if (cache != NULL && cache[0] == '/') snprintf(folder, sizeof folder, "%s/hecate", cache);
  else if (home != NULL && home[0] == '/') snprintf(folder, sizeof folder, "%s/.cache/hecate", home);
  else return false;
  for (char *at = folder + 1; *at != '\0'; at++) /* each folder on the way */
    if (*at == '/') {
      *at = '\0';
      mkdir(folder, 0777);
      *at = '/';
    }
  mkdir(folder, 0777);
  nvrtc.version(&major, &minor);
  const uint64_t hash = compile_hash(compile_hash(0xcbf29ce484222325ull, arch), text);
  return snprintf(path, size, "%s/%016llx-%d.%d.cubin", folder, (unsigned long long)hash, major, minor) < (int)size;
}

static bool compile_read(const char *path, void **image, size_t *bytes) {
  FILE *f = fopen(path, "rb");
  struct stat about;
  if (f == NULL) return false;
  bool good = fstat(fileno(f), &about) == 0 && about.st_size > 0;
  *bytes = good ? (size_t)about.st_size : 0;
  *image = good ? host->memory_alloc(*bytes) : NULL;
  good = *image != NULL && fread(*image, 1, *bytes, f) == *bytes;
  fclose(f);
  if (!good && *image != NULL) host->memory_free(*image, *bytes);
  return good;
}

/* Another process sees all of it or nothing. A folder that cannot be written costs time, no more. */
static void compile_keep(const char *path, const void *image, size_t bytes) {
  char part[700];
  snprintf(part, sizeof part, "%s.%ld", path, (long)getpid());
  FILE *f = fopen(part, "wb");
  if (f == NULL) return;
  const bool good = fwrite(image, 1, bytes, f) == bytes;
  if (fclose(f) != 0 || !good || rename(part, path) != 0) remove(part);
}

/* ---- compiling ------------------------------------------------------------------------------------------- */

/* The first line of what the compiler says. */
static Status compile_failed(NvrtcProgram program, const char *name) {
  size_t size = 0;
  nvrtc.log_size(program, &size);
  char *log = host->memory_alloc(size + 1);
  if (log == NULL) return ERROR_MEMORY;
  nvrtc.log(program, log);
  log[size] = '\0';
  log[strcspn(log, "\n")] = '\0';
  Status status = host->fail(ERROR_ARGUMENT, "cuda: the kernels '%s' do not compile: %.300s", name, log);
  host->memory_free(log, size + 1);
  return status;
}

static Status compile_now(const char *name, const char *text, const char *arch, void **image, size_t *bytes) {
  char option[64];
  NvrtcProgram program;
  snprintf(option, sizeof option, "--gpu-architecture=%s", arch);
  const char *options[] = {option, "--std=c++17"};
  if (nvrtc.create(&program, text, name, 0, NULL, NULL) != 0)
    return host->fail(ERROR_ARGUMENT, "cuda: NVRTC takes no program");
  Status status = nvrtc.compile(program, 2, options) == 0 ? OK : compile_failed(program, name);
  if (status == OK && (nvrtc.size(program, bytes) != 0 || (*image = host->memory_alloc(*bytes)) == NULL))
    status = host->fail(ERROR_MEMORY, "cuda: no memory for the kernels '%s'", name);
  if (status == OK) nvrtc.binary(program, *image);
  nvrtc.destroy(&program);
  return status;
}

Status compile_text(const char *name, const char *text, const char *arch, void **image, size_t *bytes) {
  char path[640];
  *image = NULL;
  if (!compile_is_available())
    return host->fail(ERROR_ARGUMENT, "cuda: NVRTC (libnvrtc.so), which compiles kernels, was not found");
  const bool keeps = compile_path(text, arch, path, sizeof path);
  if (keeps && compile_read(path, image, bytes)) return OK;
  TRY(compile_now(name, text, arch, image, bytes));
  if (keeps) compile_keep(path, *image, *bytes);
  return OK;
}
