/* owned.h: arrays that grow and texts that belong to what points to them. */
#ifndef HECATE_GRAPH_OWNED_H
#define HECATE_GRAPH_OWNED_H

#include "core/internal.h"

/* Room for 'needed' items of 'size' bytes. 'array' is the address of the pointer to them, *room how many fit. */
Status array_grow(void *array, int needed, int *room, size_t size);
/* A copy of a text; NULL is copied as NULL. */
Status text_copy(const char *text, char **out);
void text_free(char *text); /* NULL is allowed */

#endif
