/* onednn.c: opens oneDNN. See onednn.h. */
#include "device/cpu/onednn.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

static OneDnn onednn_library;
static bool onednn_found;
int64_t onednn_plans_taken;

/* The instructions that oneDNN may use: those of our own loops (level.c), or none. */
static bool onednn_instructions(dnnl_cpu_isa_t *isa) {
#if defined(__x86_64__)
  const char *asked = getenv("HECATE_CPU");
  __builtin_cpu_init();
  *isa = asked != NULL && strcmp(asked, "avx2") == 0 ? dnnl_cpu_isa_avx2 : dnnl_cpu_isa_all;
  return (asked == NULL || strcmp(asked, "base") != 0) && __builtin_cpu_supports("avx2");
#else
  *isa = dnnl_cpu_isa_all;
  return false;
#endif
}

static void onednn_open(void) {
  static const struct {
    const char *name;
    void *place;
  } symbols[] = {
#define ONEDNN_SYMBOL(name) {"dnnl_" #name, &onednn_library.name},
      ONEDNN_FUNCTIONS(ONEDNN_SYMBOL)
#undef ONEDNN_SYMBOL
  };
  dnnl_cpu_isa_t isa;
  if (!onednn_instructions(&isa)) return;
  void *library = dlopen("libdnnl.so.2", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    void *address = dlsym(library, symbols[i].name);
    if (address == NULL) return;
    memcpy(symbols[i].place, &address, sizeof address); /* ISO C has no cast from an object to a function */
  }
  if (onednn_library.set_max_cpu_isa(isa) != dnnl_success && isa != dnnl_cpu_isa_all) return;
  onednn_found = onednn_library.engine_create(&onednn_library.engine, dnnl_cpu, 0) == dnnl_success;
}

const OneDnn *onednn(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, onednn_open);
  return onednn_found ? &onednn_library : NULL;
}
