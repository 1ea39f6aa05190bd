/* scope.c: the module that runs, for the modes that want to know (mode.h). */
#include "call/mode.h"

#include <stdlib.h>
#include <string.h>

const ModeScope *mode_scope;

/* Texts are kept until the program ends: graphs and records point to them. They are few: one for each module. */
typedef struct ScopeText {
  struct ScopeText *next;
  char text[];
} ScopeText;
#define SCOPE_BUCKETS 256
static ScopeText *scope_texts[SCOPE_BUCKETS];

const char *mode_intern(const char *text) {
  uint32_t hash = 2166136261u;
  for (const char *s = text; *s != '\0'; s++) hash = (hash ^ (unsigned char)*s) * 16777619u;
  ScopeText **bucket = &scope_texts[hash % SCOPE_BUCKETS];
  for (const ScopeText *t = *bucket; t != NULL; t = t->next)
    if (strcmp(t->text, text) == 0) return t->text;
  const size_t bytes = strlen(text) + 1;
  ScopeText *t = malloc(sizeof *t + bytes); /* not among the bytes that tensors take */
  if (t == NULL) return NULL;
  memcpy(t->text, text, bytes);
  t->next = *bucket;
  *bucket = t;
  return t->text;
}

void mode_scope_push(ModeScope *scope, const void *module, const char *path, const char *type) {
  *scope = (ModeScope){.outer = mode_scope, .module = module, .path = path, .type = type};
  mode_scope = scope;
}
