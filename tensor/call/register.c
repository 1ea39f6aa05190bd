/* call/register.c: ops that are added while the program runs, and ops by their names. The ops of the table are
** constants; what is added gets the ids behind them and stays until the program ends.
*/
#include <stdlib.h>

#include "core/internal.h"

static OpInfo *registered[OP_MAX_REGISTERED];
static int n_registered;

int op_count(void) { return OP_COUNT + n_registered; }

const OpInfo *op_info_registered(OpId id) { return registered[id - OP_COUNT]; }

static int by_name(const void *name, const void *id) { return strcmp(name, op_info(*(const uint16_t *)id)->name); }

const OpInfo *op_find(const char *name) {
  const uint16_t *id = bsearch(name, op_ids_by_name, OP_COUNT, sizeof *id, by_name);
  if (id != NULL) return op_info((OpId)*id);
  for (int i = 0; i < n_registered; i++)
    if (strcmp(registered[i]->name, name) == 0) return registered[i];
  return NULL;
}

/* The function that the kind of the op needs is there, and the numbers are within the limits. */
static const char *what_is_wrong(const OpInfo *info) {
  if (info->n_inputs > OP_MAX_INPUTS || info->n_args > OP_MAX_ARGUMENTS) return "too many inputs or arguments";
  if (info->n_outputs > OP_MAX_OUTPUTS || info->n_returned > OP_MAX_OUTPUTS) return "too many results";
  if (info->attrs_size > OP_MAX_ATTRIBUTE_BYTES) return "too many bytes of attributes";
  if (info->attrs_size > 0 && info->defaults == NULL) return "attributes without defaults";
  switch ((OpKind)info->kind) {
    case KIND_ELEMENTWISE:
      if (info->n_inputs < 1 || info->n_inputs >= ITER_MAX_OPERANDS || info->n_outputs != 1)
        return "an elementwise op has some inputs and one result";
      return info->strips != NULL ? NULL : "an elementwise op without strips";
    case KIND_KERNEL: return info->infer != NULL && info->kernel != NULL ? NULL : "a kernel op without infer or kernel";
    case KIND_VIEW: return info->view != NULL || info->views != NULL ? NULL : "a view without a function";
    case KIND_CREATE: return info->create != NULL ? NULL : "a creation op without a function";
    case KIND_COMPOSITE: return info->composite != NULL ? NULL : "a composite without a function";
  }
  return "an unknown kind";
}

Status op_register(const OpInfo *info, OpId *id) {
  if (info->name == NULL || info->name[0] == '\0' || strlen(info->name) > OP_MAX_NAME_BYTES)
    return fail(ERROR_ARGUMENT, "op_register: a name of 1 to %d bytes is needed", OP_MAX_NAME_BYTES);
  if (op_find(info->name) != NULL) return fail(ERROR_ARGUMENT, "op_register: '%s' is there already", info->name);
  const char *wrong = what_is_wrong(info);
  if (wrong != NULL) return fail(ERROR_ARGUMENT, "op_register: '%s': %s", info->name, wrong);
  if (n_registered == OP_MAX_REGISTERED)
    return fail(ERROR_ARGUMENT, "op_register: '%s': at most %d ops can be added", info->name, OP_MAX_REGISTERED);
  OpInfo *copy = memory_alloc(sizeof *copy);
  if (copy == NULL) return ERROR_MEMORY;
  *copy = *info;
  copy->id = (OpId)op_count();
  if (copy->lua_name == NULL) copy->lua_name = copy->name;
  if (copy->signature == NULL) copy->signature = "";
  if (copy->doc == NULL) copy->doc = "";
  copy->next = NULL;
  registered[n_registered++] = copy;
  *id = copy->id;
  return OK;
}
