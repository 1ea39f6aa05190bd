/* addresses.h: a table from addresses to numbers. */
#ifndef HECATE_GRAPH_ADDRESSES_H
#define HECATE_GRAPH_ADDRESSES_H

#include "core/internal.h"

/* An open hash table: keys are addresses. */
typedef struct {
  const void **key;
  int *index;
  int n, room;
} Addresses;

int address_find(const Addresses *a, const void *key); /* -1: it is not there */
Status address_set(Addresses *a, const void *key, int index);
void address_free(Addresses *a);

#endif
