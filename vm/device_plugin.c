/* device_plugin.c: opens the plug-ins of devices: hecate-cuda.so, beside the other plug-ins, at the first use of
** "cuda". A plug-in gets one struct of functions (device/host_api.h) and has one function of its own.
*/
#include "device_plugin.h"

#include <dlfcn.h>
#include <limits.h>
#include <string.h>

#include "device/host_api.h"
#include "plugin.h"

static Status device_open_plugin(DeviceType type) {
  static void *library;
  char path[2 * PATH_MAX];
  if (type != DEVICE_CUDA) return OK;
  if (library == NULL) {
    if (!plugin_path("hecate-cuda.so", path, sizeof path))
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
