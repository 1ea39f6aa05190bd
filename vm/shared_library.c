/* shared_library.c: opens libraries by the names of their files and symbols. */
#include "shared_library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

bool shared_library_open(const char *const *files, const char *package, const LibrarySymbol *symbols, char *reason,
                         size_t size) {
  void *library = NULL;
  for (const char *const *file = files; library == NULL && *file != NULL; file++)
    library = dlopen(*file, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(reason, size, "cannot load %s (Debian: %s): %s", files[0], package, dlerror());
    return false;
  }
  for (const LibrarySymbol *s = symbols; s->name != NULL; s++) {
    void *address = dlsym(library, s->name);
    if (address == NULL) {
      snprintf(reason, size, "%s has no symbol '%s'", files[0], s->name);
      return false;
    }
    memcpy(s->place, &address, sizeof address); /* ISO C has no cast from an object to a function */
  }
  return true;
}
