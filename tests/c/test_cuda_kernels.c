/* test_cuda_kernels.c: NVRTC compiles the kernels of CUDA, every op for every dtype, for processors of version 9.0, and
** those of float32 and int64 for 8.0 too; with HECATE_LONG=1 all for both. Then, and of float32 for 9.0 always, it
** makes the processor's code of them (sm_90), else PTX (compute_90), in a third of the time. That needs no device.
** Without NVRTC it says so and tests nothing.
*/
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "dtype.h"

typedef struct NvrtcProgramBox *NvrtcProgram;
static struct {
  int (*create)(NvrtcProgram *program, const char *text, const char *name, int headers, const char *const *texts,
                const char *const *names);
  int (*compile)(NvrtcProgram program, int n, const char *const *options);
  int (*log_size)(NvrtcProgram program, size_t *size);
  int (*log)(NvrtcProgram program, char *log);
  int (*size)(NvrtcProgram program, size_t *size);
  int (*ptx_size)(NvrtcProgram program, size_t *size);
  int (*destroy)(NvrtcProgram *program);
} nvrtc;

static bool find(void *library, const char *name, void *place) {
  void *address = dlsym(library, name);
  memcpy(place, &address, sizeof address);
  return address != NULL;
}

static bool open_nvrtc(void) {
  static const char *const files[] = {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so",
                                      "/usr/local/cuda/lib64/libnvrtc.so", NULL};
  void *library = NULL;
  for (int i = 0; library == NULL && files[i] != NULL; i++) library = dlopen(files[i], RTLD_NOW);
  return library != NULL && find(library, "nvrtcCreateProgram", &nvrtc.create) &&
         find(library, "nvrtcCompileProgram", &nvrtc.compile) &&
         find(library, "nvrtcGetProgramLogSize", &nvrtc.log_size) &&
         find(library, "nvrtcGetProgramLog", &nvrtc.log) && find(library, "nvrtcGetCUBINSize", &nvrtc.size) &&
         find(library, "nvrtcGetPTXSize", &nvrtc.ptx_size) && find(library, "nvrtcDestroyProgram", &nvrtc.destroy);
}

static char *read_text(const char *dtype) {
  char path[1024];
  snprintf(path, sizeof path, "%s/cuda_%s.cu", HECATE_GENERATED, dtype);
  FILE *f = fopen(path, "rb");
  char *text = calloc(1, 1 << 20);
  if (f == NULL || text == NULL || fread(text, 1, (1 << 20) - 1, f) == 0) {
    fprintf(stderr, "%s cannot be read\n", path);
    exit(1);
  }
  fclose(f);
  return text;
}

/* One text for one processor. */
typedef struct {
  const char *dtype, *arch;
  size_t bytes; /* of what it becomes; 0: it does not compile */
} Job;

static Job jobs[64];
static int n_jobs, next_job;

static void compile(Job *job) {
  char option[64];
  const char *options[] = {option, "--std=c++17"};
  NvrtcProgram program;
  char *text = read_text(job->dtype);
  snprintf(option, sizeof option, "--gpu-architecture=%s", job->arch);
  if (nvrtc.create(&program, text, job->dtype, 0, NULL, NULL) != 0) return;
  if (nvrtc.compile(program, 2, options) == 0)
    (strncmp(job->arch, "sm_", 3) == 0 ? nvrtc.size : nvrtc.ptx_size)(program, &job->bytes);
  else {
    size_t size = 0;
    nvrtc.log_size(program, &size);
    char *log = calloc(1, size + 1);
    nvrtc.log(program, log);
    fprintf(stderr, "%s for %s: %.2000s\n", job->dtype, job->arch, log);
    free(log);
  }
  nvrtc.destroy(&program);
  free(text);
}

static void *worker(void *unused) {
  (void)unused;
  for (int i; (i = __atomic_fetch_add(&next_job, 1, __ATOMIC_RELAXED)) < n_jobs;) compile(&jobs[i]);
  return NULL;
}

static void test_all(void) {
  const char *how = getenv("HECATE_LONG");
  const bool all = how != NULL && strcmp(how, "1") == 0;
#define JOB(UPPER, name, T)                                                                                   \
  jobs[n_jobs++] = (Job){#name, all || DTYPE_##UPPER == DTYPE_FLOAT32 ? "sm_90" : "compute_90", 0};             \
  if (all || DTYPE_##UPPER == DTYPE_FLOAT32 || DTYPE_##UPPER == DTYPE_INT64)                                    \
    jobs[n_jobs++] = (Job){#name, all ? "sm_80" : "compute_80", 0};
  ALL_DTYPES(JOB)
#undef JOB
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, worker, NULL);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < n_jobs; i++) CHECK(jobs[i].bytes > 1000);
}

int main(void) {
  if (open_nvrtc()) test_all();
  else printf("skipped: NVRTC (libnvrtc.so), which compiles the kernels of CUDA, is not there\n");
  return check_result();
}
