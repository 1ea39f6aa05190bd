/* embedded.h: the files of lib/ inside the program (generated into embedded.c). */
#ifndef HECATE_EMBEDDED_H
#define HECATE_EMBEDDED_H
#include <stddef.h>

typedef struct {
  const char *name; /* "gnuplot/init.lua" */
  const unsigned char *data;
  size_t size;
} EmbeddedFile;

extern const EmbeddedFile embedded_files[]; /* ends with a NULL name */
#endif
