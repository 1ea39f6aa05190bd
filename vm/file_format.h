/* file_format.h: what a file is, by its first bytes: for a reader that expected another format. */
#ifndef HECATE_FILE_FORMAT_H
#define HECATE_FILE_FORMAT_H

#include <stddef.h>

enum { FILE_FORMAT_HEAD = 512 }; /* so many bytes are enough */

/* "an HDF5 file", from the first n bytes of a file; NULL: unknown. */
const char *file_format(const char *head, size_t n);

#endif
