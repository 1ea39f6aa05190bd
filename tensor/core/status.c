/* status.c: failures with a message, the interrupt flag, faults of kernels. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

static _Thread_local char message[512];

Status fail(Status code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return code;
}

Status fail_memory(size_t bytes) {
  return fail(ERROR_MEMORY, "not enough memory: %zu bytes", bytes);
}

const char *status_message(void) { return message; }

static volatile sig_atomic_t interrupted;

void interrupt_request(void) { interrupted = 1; }
bool interrupt_requested(void) { return interrupted != 0; }
void interrupt_clear(void) { interrupted = 0; }

/* The first fault of a kernel counts; threads race for the one slot. */
static atomic_bool faulted;
static char fault[256];

void kernel_fault(const char *format, ...) {
  bool expected = false;
  if (!atomic_compare_exchange_strong(&faulted, &expected, true)) return;
  va_list args;
  va_start(args, format);
  vsnprintf(fault, sizeof fault, format, args);
  va_end(args);
}

bool kernel_faulted(void) {
  return atomic_load_explicit(&faulted, memory_order_relaxed);
}

Status kernel_fault_take(const char *who) {
  Status status = fail(ERROR_ARGUMENT, "%s: %s", who, fault);
  atomic_store(&faulted, false);
  return status;
}
