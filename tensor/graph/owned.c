/* owned.c: see owned.h. */
#include "owned.h"

Status array_grow(void *array, int needed, int *room, size_t size) {
  void *block;
  if (needed <= *room) return OK;
  const int wanted = 2 * needed + 16;
  memcpy(&block, array, sizeof block);
  block = memory_realloc(block, size * (size_t)*room, size * (size_t)wanted);
  if (block == NULL) return ERROR_MEMORY;
  memcpy(array, &block, sizeof block);
  *room = wanted;
  return OK;
}

Status text_copy(const char *text, char **out) {
  *out = NULL;
  if (text == NULL) return OK;
  *out = memory_alloc(strlen(text) + 1);
  if (*out == NULL) return ERROR_MEMORY;
  strcpy(*out, text);
  return OK;
}

void text_free(char *text) {
  if (text != NULL) memory_free(text, strlen(text) + 1);
}
