/* formula.c: see formula.h. */
#include "formula.h"

#include <ctype.h>
#include <stdio.h>

Ints formula_before(Ints list, int64_t dim) {
  list.n = (int)(dim < 0 ? dim + list.n : dim);
  if (list.n < 0) list.n = 0;
  return list;
}

Ints formula_after(Ints list, int64_t dim) {
  Ints part = {.n = 0};
  for (int64_t i = (dim < 0 ? dim + list.n : dim) + 1; i < list.n; i++) part.v[part.n++] = list.v[i];
  return part;
}

Ints formula_join(Ints a, Ints b) {
  for (int i = 0; i < b.n && a.n < TENSOR_MAX_DIMS; i++) a.v[a.n++] = b.v[i];
  return a;
}

Ints formula_only(Ints list, int64_t dim) {
  if (dim < 0) dim += list.n;
  for (int i = 0; i < list.n; i++)
    if (i != dim) list.v[i] = 1;
  return list;
}

Ints formula_others(Ints list, int64_t dim) {
  Ints others = {.n = 0};
  if (dim < 0) dim += list.n;
  for (int i = 0; i < list.n; i++)
    if (i != dim) others.v[others.n++] = i;
  return others;
}

Ints formula_broadcast(Ints a, Ints b) {
  if (a.n < b.n) return formula_broadcast(b, a);
  for (int i = 1; i <= b.n; i++)
    if (a.v[a.n - i] == 1) a.v[a.n - i] = b.v[b.n - i];
  return a;
}

bool formula_broadcasts(const Tensor *a, const Tensor *b, int skip) {
  for (int i = skip + 1; i <= a->ndim && i <= b->ndim; i++) {
    int64_t x = a->shape[a->ndim - i], y = b->shape[b->ndim - i];
    if (x != y && x != 1 && y != 1) return false;
  }
  return true;
}

bool formula_ends_with(const Tensor *t, const Ints *sizes) {
  if (sizes->n <= 0 || sizes->n > t->ndim) return false;
  return memcmp(&t->shape[t->ndim - sizes->n], sizes->v, sizeof(int64_t) * (size_t)sizes->n) == 0;
}

int64_t formula_product(Ints list) { return shape_numel(list.n, list.v); }

/* What follows the name of a function at the start of a message: "mm: …" or "index_put_: …". */
static const char *behind_name(const char *message) {
  const char *p = message;
  while (isalnum((unsigned char)*p) || *p == '_' || *p == '.') p++;
  return p > message && p[0] == ':' && p[1] == ' ' ? p + 2 : message;
}

/* Messages name an argument as "'mat2' (argument 2): …". Those that the row does not have are left out. */
static const char *behind_foreign_argument(const OpInfo *info, const char *text) {
  char name[64];
  int number, length = 0;
  if (sscanf(text, "'%63[^']' (argument %d)%n", name, &number, &length) != 2 || length == 0) return text;
  if (number >= 1 && number <= info->n_args && strcmp(info->args[number - 1].name, name) == 0) return text;
  text += length;
  return strncmp(text, ": ", 2) == 0 ? text + 2 : text + strspn(text, " ");
}

Status formula_own_failure(const OpInfo *info, Status status) {
  char message[512];
  if (status != ERROR_ARGUMENT) return status;
  snprintf(message, sizeof message, "%s", status_message());
  return fail(status, "%s: %s", info->lua_name, behind_foreign_argument(info, behind_name(message)));
}
