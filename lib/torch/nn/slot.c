/* slot.c: what a module holds: its slots, and the fields that mirror them. See module.h. */
#include <string.h>

#include "module.h"

/* Every class of modules, made in C or in Lua, has the finalizer of nn.Module and is known by it. */
Module *module_test(lua_State *L, int index) {
  Module *m = object_test(L, index, NULL);
  return m != NULL && m->object.class->finalize == module_finalize ? m : NULL;
}

Module *module_check(lua_State *L, int argument, const char *function) {
  Module *m = module_test(L, argument);
  if (m == NULL && argument == 1) error_self(L, function, "module", "nn.Module");
  if (m == NULL) error_argument(L, function, "module", argument, "nn.Module", argument);
  return m;
}

Slot *module_find(const Module *m, const char *name) {
  for (int i = 0; i < m->n_slots; i++)
    if (strcmp(m->slots[i].name, name) == 0) return &m->slots[i];
  return NULL;
}

bool module_is_above(const ModulePath *path, const Module *m) {
  while (path != NULL && path->module != m) path = path->above;
  return path != NULL;
}

void module_check_depth(lua_State *L, const char *who, int depth) {
  if (depth > MODULE_DEPTH) error_raise(L, "%s: modules are nested more than %d deep", who, MODULE_DEPTH);
  luaL_checkstack(L, 20, "nested modules");
}

int module_visits;

typedef struct {
  Object object;
  Module *module;
} Visit;

static void visit_end(lua_State *L, void *self) {
  (void)L;
  Visit *visit = self;
  if (visit->module != NULL) visit->module->entered = false, module_visits--;
  visit->module = NULL;
}
static const Class visit_class = {"nn.visit", NULL, visit_end, NULL, NULL};

bool module_enter(lua_State *L, Module *m) {
  if (m->entered) return false;
  Visit *visit = object_new(L, &visit_class, sizeof *visit, 0);
  lua_toclose(L, -1);
  visit->module = m;
  module_visits++;
  return m->entered = true;
}

void module_leave(lua_State *L, int visit) { lua_closeslot(L, visit); }

static void slot_free(Slot *slot) {
  tensor_release_twin(slot->tensor);
  memory_free(slot->name, strlen(slot->name) + 1);
}

/* The modules in the slots may already be gone: the collector picks the order. */
void module_finalize(lua_State *L, void *self) {
  (void)L;
  Module *m = self;
  for (int i = 0; i < m->n_slots; i++) slot_free(&m->slots[i]);
  memory_free(m->slots, sizeof(Slot) * (size_t)m->capacity);
  m->slots = NULL;
  m->n_slots = m->capacity = 0;
}

/* The slot of that name, appended when there is none. */
static Status slot_reserve(Module *m, const char *name, SlotKind kind, Slot **out) {
  *out = module_find(m, name);
  if (*out != NULL) return OK;
  if (m->n_slots == m->capacity) {
    int capacity = m->capacity == 0 ? 4 : m->capacity * 2;
    Slot *slots = memory_realloc(m->slots, sizeof(Slot) * (size_t)m->capacity,
                                 sizeof(Slot) * (size_t)capacity);
    if (slots == NULL) return ERROR_MEMORY;
    m->slots = slots;
    m->capacity = capacity;
  }
  size_t bytes = strlen(name) + 1;
  char *copy = memory_alloc(bytes);
  if (copy == NULL) return ERROR_MEMORY;
  memcpy(copy, name, bytes);
  *out = &m->slots[m->n_slots++];
  **out = (Slot){.name = copy, .kind = kind};
  return OK;
}

void module_store(lua_State *L, int self, const char *name, SlotKind kind) {
  self = lua_absindex(L, self);
  int value = lua_gettop(L);
  Module *m = lua_touserdata(L, self);
  Slot *slot;
  error_check(L, slot_reserve(m, name, kind, &slot));
  class_fields(L, self);
  lua_pushvalue(L, value);
  lua_setfield(L, -2, name); /* may raise; the slot still holds what it held */
  lua_pop(L, 1);
  Tensor *old = slot->tensor;
  slot->kind = kind;
  slot->transient = false;
  slot->tensor = kind == SLOT_MODULE ? NULL : tensor_retain_twin(tensor_test(L, value));
  slot->module = kind == SLOT_MODULE ? module_test(L, value) : NULL;
  tensor_release_twin(old);
  lua_settop(L, value - 1);
}

void module_remove(lua_State *L, int self, int i) {
  Module *m = lua_touserdata(L, self);
  class_fields(L, self);
  lua_pushnil(L);
  lua_setfield(L, -2, m->slots[i].name);
  lua_pop(L, 1);
  slot_free(&m->slots[i]);
  m->n_slots--;
  memmove(&m->slots[i], &m->slots[i + 1], sizeof(Slot) * (size_t)(m->n_slots - i));
}
