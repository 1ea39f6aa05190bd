/* attributes.c: attributes of ops compared and hashed, one by one as their row names them: padding between them does
** not count.
*/
#include "graph.h"

uint64_t hash_bytes(const void *data, size_t n, uint64_t seed) {
  uint64_t h = seed ^ 0x9E3779B97F4A7C15u; /* FNV-1a over bytes, with a stir at the end */
  for (size_t i = 0; i < n; i++) h = (h ^ ((const uint8_t *)data)[i]) * 0x100000001B3u;
  h ^= h >> 32;
  return h * 0xD6E8FEB86659FD93u;
}

static uint64_t hash_scalar(const Scalar *s, uint64_t h) {
  const int kind = (int)s->kind;
  h = hash_bytes(&kind, sizeof kind, h);
  return hash_bytes(&s->as, s->kind == SCALAR_COMPLEX ? sizeof s->as.c : sizeof s->as.i, h);
}

static bool same_scalar(const Scalar *a, const Scalar *b) {
  const size_t bytes = a->kind == SCALAR_COMPLEX ? sizeof a->as.c : sizeof a->as.i;
  return a->kind == b->kind && memcmp(&a->as, &b->as, bytes) == 0;
}

/* The bytes of an attribute that count, where they lie in one piece. */
static size_t attribute_bytes(const OpArg *arg, const char *at) {
  switch ((ArgType)arg->type) {
    case ARG_TENSOR:
    case ARG_POSITIONS:
    case ARG_INTEGERS:
    case ARG_NUMBER:
    case ARG_OPTIONAL_NUMBER: return 0;
    case ARG_INT:
    case ARG_DIM:
    case ARG_INDEX: return sizeof(int64_t);
    case ARG_FLOAT: return sizeof(double);
    case ARG_BOOL: return sizeof(bool);
    case ARG_DIMS:
    case ARG_SHAPE:
    case ARG_INTS: {
      const Ints *list = (const Ints *)at;
      return offsetof(Ints, v) + sizeof *list->v * (size_t)(list->n > 0 ? list->n : 0);
    }
    case ARG_FLOATS: {
      const Floats *list = (const Floats *)at;
      return offsetof(Floats, v) + sizeof *list->v * (size_t)(list->n > 0 ? list->n : 0);
    }
    case ARG_DTYPE: return sizeof(DType);
    case ARG_CHOICE: return sizeof(int);
    case ARG_DEVICE: return sizeof(Device);
    case ARG_STRING: return strlen(((const Text *)at)->v) + 1;
    case ARG_GENERATOR: return sizeof(Generator *);
  }
  return 0;
}

/* Lists have padding behind their length. */
static bool same_list(size_t bytes, size_t head, const char *a, const char *b) {
  return memcmp(a, b, sizeof(int)) == 0 && memcmp(a + head, b + head, bytes - head) == 0;
}

static bool is_list(const OpArg *arg) {
  return arg->type == ARG_DIMS || arg->type == ARG_SHAPE || arg->type == ARG_INTS || arg->type == ARG_FLOATS;
}

bool attribute_equal(const OpArg *arg, const void *x, const void *y) {
  const char *a = (const char *)x + arg->offset, *b = (const char *)y + arg->offset;
  if (arg->type == ARG_NUMBER) return same_scalar((const Scalar *)a, (const Scalar *)b);
  if (arg->type == ARG_OPTIONAL_NUMBER) {
    const OptionalScalar *p = (const OptionalScalar *)a, *q = (const OptionalScalar *)b;
    return p->given == q->given && (!p->given || same_scalar(&p->value, &q->value));
  }
  const size_t n = attribute_bytes(arg, a);
  if (n != attribute_bytes(arg, b)) return false;
  return is_list(arg) ? same_list(n, offsetof(Ints, v), a, b) : memcmp(a, b, n) == 0;
}

bool attributes_equal(const OpInfo *info, const void *a, const void *b) {
  if (info->attrs_size == 0) return true;
  for (int i = 0; i < info->n_args; i++)
    if (info->args[i].type > ARG_INTEGERS && !attribute_equal(&info->args[i], a, b)) return false;
  return true;
}

static uint64_t attribute_hash(const OpArg *arg, const char *at, uint64_t h) {
  if (arg->type == ARG_NUMBER) return hash_scalar((const Scalar *)at, h);
  if (arg->type == ARG_OPTIONAL_NUMBER) {
    const OptionalScalar *s = (const OptionalScalar *)at;
    return s->given ? hash_scalar(&s->value, h) : hash_bytes("-", 1, h);
  }
  const size_t n = attribute_bytes(arg, at);
  if (!is_list(arg)) return hash_bytes(at, n, h);
  h = hash_bytes(at, sizeof(int), h);
  return hash_bytes(at + offsetof(Ints, v), n - offsetof(Ints, v), h);
}

uint64_t attributes_hash(const OpInfo *info, const void *attrs, uint64_t seed) {
  if (info->attrs_size == 0) return seed;
  for (int i = 0; i < info->n_args; i++)
    if (info->args[i].type > ARG_INTEGERS)
      seed = attribute_hash(&info->args[i], (const char *)attrs + info->args[i].offset, seed);
  return seed;
}

static Generator *generator_of(const OpInfo *info, const void *attrs) {
  for (int i = 0; i < info->n_args; i++)
    if (info->args[i].type == ARG_GENERATOR) return *(Generator *const *)((const char *)attrs + info->args[i].offset);
  return NULL;
}

void attributes_retain(const OpInfo *info, const void *attrs) {
  Generator *g = generator_of(info, attrs);
  if (g != NULL) generator_retain(g);
}

void attributes_release(const OpInfo *info, const void *attrs) {
  Generator *g = generator_of(info, attrs);
  if (g != NULL) generator_release(g);
}
