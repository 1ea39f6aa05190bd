/* shared_library.h: libraries that are opened when they are needed, by the names of their symbols. */
#ifndef HECATE_SHARED_LIBRARY_H
#define HECATE_SHARED_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  const char *name;
  void *place; /* the pointer that gets the address of the symbol */
} LibrarySymbol;

/* Opens the first of 'files' that is there and finds all of 'symbols'; both end with NULL. The library stays open.
** False: 'reason' says what is missing, and that Debian's 'package' has it. */
bool shared_library_open(const char *const *files, const char *package, const LibrarySymbol *symbols, char *reason,
                         size_t size);

#endif
