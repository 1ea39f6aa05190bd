/* driver.c: opens NVIDIA's driver. */
#include "driver.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

const HostApi *host;
Driver driver;
static void *driver_library;

static void driver_set(void *place, void *address) { memcpy(place, &address, sizeof address); }

Status driver_open(void) {
  const char *file = getenv("HECATE_CUDA_DRIVER");
  if (driver_library != NULL) return OK;
  void *library = dlopen(file != NULL && file[0] != '\0' ? file : "libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return host->fail(ERROR_ARGUMENT, "no driver of NVIDIA (%s)", dlerror());
#define DRIVER_FIND(field, symbol, parameters)                                                          \
  {                                                                                                     \
    void *address = dlsym(library, #symbol);                                                            \
    if (address == NULL) return host->fail(ERROR_ARGUMENT, "the driver of NVIDIA is too old: it has no " #symbol); \
    driver_set(&driver.field, address);                                                                 \
  }
  DRIVER_FUNCTIONS(DRIVER_FIND)
#undef DRIVER_FIND
  CUDA_TRY(driver.init(0), "the driver");
  driver_library = library;
  return OK;
}

void *driver_symbol(const char *name, void **library, const char *const *files) {
  void *address = dlsym(driver_library, name); /* the emulator has all in one file */
  for (int i = 0; address == NULL && *library == NULL && files[i] != NULL; i++)
    *library = dlopen(files[i], RTLD_NOW | RTLD_LOCAL);
  return address != NULL || *library == NULL ? address : dlsym(*library, name);
}

Status driver_check(CudaResult result, const char *what) {
  const char *text = NULL;
  if (result == 0) return OK;
  if (driver.error_text(result, &text) != 0 || text == NULL) text = "unknown error";
  return host->fail(result == CUDA_OUT_OF_MEMORY ? ERROR_MEMORY : ERROR_ARGUMENT, "cuda: %s: %s", what, text);
}
