/* readline.c: opens readline. */
#include "readline.h"

#include "shared_library.h"

Readline readline_library;

#define READLINE_TEXT(number) #number
#define READLINE_FILE(major) "libreadline.so." READLINE_TEXT(major)
#define READLINE_ROW(name) {#name, &readline_library.at_##name},

bool readline_open(char *reason, size_t size) {
  static const char *const files[] = {READLINE_FILE(RL_VERSION_MAJOR), NULL}; /* as the headers that we know */
  static const LibrarySymbol symbols[] = {READLINE_SYMBOLS(READLINE_ROW){NULL, NULL}};
  static bool opened;
  return opened || (opened = shared_library_open(files, "libreadline8", symbols, reason, size));
}
