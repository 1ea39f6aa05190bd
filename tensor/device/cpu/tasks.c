/* tasks.c: runs the parts of a kernel, each thread with memory of its own. */
#include "tasks.h"

static Status tasks_one_by_one(const void *plan, Call *c, int64_t tasks, size_t bytes, KernelTask work) {
  void *scratch = bytes > 0 ? memory_alloc(bytes) : NULL;
  if (bytes > 0 && scratch == NULL) return ERROR_MEMORY;
  Status status = OK;
  for (int64_t task = 0; task < tasks && status == OK && !interrupt_requested(); task++)
    status = work(plan, c, task, scratch);
  memory_free(scratch, scratch != NULL ? bytes : 0);
  return status;
}

static Status tasks_by_threads(const void *plan, Call *c, int64_t tasks, size_t bytes, KernelTask work) {
  atomic_int worst = OK;
  int64_t turn = tasks / (8 * threads_get()) + 1; /* tasks at a time */
#pragma omp parallel
  {
    void *scratch = bytes > 0 ? memory_alloc(bytes) : NULL;
    if (bytes > 0 && scratch == NULL) worst = ERROR_MEMORY;
#pragma omp for schedule(dynamic, turn)
    for (int64_t task = 0; task < tasks; task++) {
      if (worst != OK || interrupt_requested()) continue;
      Status status = work(plan, c, task, scratch);
      if (status != OK) worst = status;
    }
    memory_free(scratch, scratch != NULL ? bytes : 0);
  }
  return worst;
}

/* Alone outside of any parallel region, not in one with if(): there BLAS would start its threads anew for each
** product. */
Status KERNEL(run_tasks)(const void *plan, Call *c, int64_t tasks, size_t bytes, bool threads, KernelTask work) {
  const bool together = threads && tasks > 1 && threads_get() > 1;
  Status worst = together ? tasks_by_threads(plan, c, tasks, bytes, work)
                          : tasks_one_by_one(plan, c, tasks, bytes, work);
  if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
  if (worst == ERROR_MEMORY) return fail_memory(bytes);
  return worst == OK ? OK : fail(ERROR_ARGUMENT, "%s: a matrix is too large for BLAS", c->info->lua_name);
}
