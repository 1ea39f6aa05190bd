/* number.h: numbers in texts. */
#ifndef HECATE_CSV_NUMBER_H
#define HECATE_CSV_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each reads a number from the beginning of a text on, which goes on until a byte that belongs to no number, and gives
** where it ends; NULL: it begins with no number of at most 18 digits (an integer) or 19 (a float), and number_read
** decides. Eight bytes from any of its characters on can be read. */
const char *number_integer(const char *at, int64_t *out);
const char *number_float(const char *at, char decimal, double *out);

/* Whether all n bytes are a number (blanks around it, inf and nan are allowed): the nearest double, and whether it is
** an integer that fits. */
bool number_read(const char *text, size_t n, char decimal, double *out, bool *integer, int64_t *whole);

#endif
