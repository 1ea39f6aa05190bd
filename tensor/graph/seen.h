/* seen.h: the tensors that a trace has met, each with the value that it is. They are held, so an address stands for
** one tensor.
*/
#ifndef HECATE_GRAPH_SEEN_H
#define HECATE_GRAPH_SEEN_H

#include "addresses.h"

typedef struct {
  Tensor *tensor; /* held */
  int value;
  bool wants_grad; /* as the graph gives it */
  int next_of_storage; /* the entry before it of the same storage, -1: none */
} Seen;

typedef struct {
  Seen *v;
  int n, room;
  Addresses tensors;  /* to the entry of a tensor */
  Addresses storages; /* to the latest entry of a storage */
} SeenTensors;

/* Entries are valid until the next one is added. */
Seen *seen_find(const SeenTensors *s, const Tensor *x); /* NULL: it was not met */
/* The entry of a tensor that shows the same elements, else the first of its storage with its dtype, else NULL. */
Seen *seen_relative(const SeenTensors *s, const Tensor *x, bool *same);
/* The entry of a tensor, made if there is none. */
Status seen_add(SeenTensors *s, Tensor *x, Seen **out);
void seen_free(SeenTensors *s);

#endif
