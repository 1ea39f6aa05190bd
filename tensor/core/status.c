/* status.c: failures with a message, warnings, the interrupt flag, faults of kernels. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "device/fault.h"
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

Status fail_memory_of(const char *who, Status status) {
  char text[sizeof message];
  if (status != ERROR_MEMORY || strncmp(message, "not enough memory", 17) != 0) return status;
  memcpy(text, message, sizeof text);
  return fail(status, "%s: %.*s", who, (int)sizeof text - 64, text);
}

const char *status_message(void) { return message; }

static void (*warning_show)(const char *text);
void warn_host(void (*show)(const char *text)) { warning_show = show; }

void warn_user(const char *format, ...) {
  char text[512];
  va_list args;
  if (warning_show == NULL) return;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  warning_show(text);
}

static volatile sig_atomic_t interrupted;

void interrupt_request(void) { interrupted = 1; }
bool interrupt_requested(void) { return interrupted != 0; }
void interrupt_clear(void) { interrupted = 0; }

/* Bits of fault.h. Threads race for the one text: the first counts. */
static atomic_uint faults;
static char fault_text[256];

void kernel_fault_bit(unsigned bit) { atomic_fetch_or_explicit(&faults, bit, memory_order_relaxed); }

void kernel_fault(const char *format, ...) {
  if (atomic_fetch_or(&faults, FAULT_TEXT) & FAULT_TEXT) return;
  va_list args;
  va_start(args, format);
  vsnprintf(fault_text, sizeof fault_text, format, args);
  va_end(args);
}

Status kernel_missing(void) {
  kernel_fault("its kernel has no function for tensors of this dtype");
  return OK;
}

bool kernel_faulted(void) {
  return atomic_load_explicit(&faults, memory_order_relaxed) != 0;
}

Status kernel_fault_take(const char *who) {
  const unsigned bits = atomic_exchange(&faults, 0);
  return fail(ERROR_ARGUMENT, "%s: %s", who, bits & FAULT_TEXT ? fault_text : "division by zero");
}
