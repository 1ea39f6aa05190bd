/* device_plugin.c: opens the plug-ins of devices: hecate-cuda.so, beside the other plug-ins, at the first use of
** "cuda". A plug-in gets one struct of functions (device/host_api.h) and has one function of its own.
*/
#include "device_plugin.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device/host_api.h"

/* From the folder of the executable or of torch.so: in the folder of a build, and installed. */
static const char *const device_folders[] = {HECATE_PLUGIN_FOLDERS, NULL};

/* The path of the executable or shared object that we are part of. */
static bool device_host_path(char *path) {
  Dl_info host;
  if (dladdr(&host_api, &host) == 0) return false;
  if (realpath(host.dli_fname, path) != NULL && strchr(host.dli_fname, '/') != NULL && strstr(path, ".so") != NULL)
    return true;
  return realpath("/proc/self/exe", path) != NULL;
}

static bool device_plugin_path(const char *file, char *path, size_t size) {
  char folder[PATH_MAX];
  if (!device_host_path(folder)) return false;
  *strrchr(folder, '/') = '\0';
  for (const char *const *at = device_folders; *at != NULL; at++)
    if (snprintf(path, size, "%s/%s/%s", folder, *at, file) < (int)size && access(path, R_OK) == 0) return true;
  return false;
}

static Status device_open_plugin(DeviceType type) {
  static void *library;
  char path[2 * PATH_MAX];
  if (type != DEVICE_CUDA) return OK;
  if (library == NULL) {
    if (!device_plugin_path("hecate-cuda.so", path, sizeof path))
      return fail(ERROR_ARGUMENT, "there is no hecate-cuda.so beside this program");
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return fail(ERROR_ARGUMENT, "%s", dlerror());
  }
  void *address = dlsym(library, DEVICE_PLUGIN_SYMBOL);
  if (address == NULL) return fail(ERROR_ARGUMENT, "hecate-cuda.so has no function " DEVICE_PLUGIN_SYMBOL);
  DevicePluginFn open;
  memcpy(&open, &address, sizeof open); /* ISO C has no cast from an object to a function */
  return open(&host_api);
}

void device_plugins(void) { device_set_opener(device_open_plugin); }
