/* source.c: whose a chunk is. */
#include <stdlib.h>
#include <string.h>

#include "vm.h"

bool source_is_ours(const char *source) {
  const char *folder = getenv("HECATE_LIB");
  if (strncmp(source, "@lib/", 5) == 0) return true;
  if (folder == NULL || folder[0] == '\0' || source[0] != '@') return false;
  size_t n = strlen(folder);
  return strncmp(source + 1, folder, n) == 0 && source[1 + n] == '/';
}
