/* tasks.h: kernels that are many products of small matrices: threads share the tasks, and each has scratch memory. */
#ifndef HECATE_TASKS_H
#define HECATE_TASKS_H

#include "kernel.h"

/* Does task 'task' of a plan for a call, with memory of its own. */
typedef Status (*KernelTask)(const void *plan, Call *c, int64_t task, void *scratch);

/* Runs all tasks; with 'threads' they are shared. Each thread has 'bytes' of scratch. */
Status KERNEL(run_tasks)(const void *plan, Call *c, int64_t tasks, size_t bytes, bool threads, KernelTask work);

#endif
