/* temporary.c: see temporary.h. A handler may run at any place, so a path is complete before it is marked as one. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif /* mkostemp */

#include "temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEMPORARY_FILES = 16, TEMPORARY_FUNCTIONS = 4 };

static char temporary_path[TEMPORARY_FILES][PATH_MAX];
static volatile sig_atomic_t temporary_used[TEMPORARY_FILES];
static void (*volatile temporary_function[TEMPORARY_FUNCTIONS])(void);

static const int temporary_numbers[] = {SIGTERM, SIGHUP};
static bool temporary_installed;

static void temporary_end(int number) {
  for (int i = 0; i < TEMPORARY_FUNCTIONS; i++)
    if (temporary_function[i] != NULL) temporary_function[i]();
  for (int i = 0; i < TEMPORARY_FILES; i++)
    if (temporary_used[i]) unlink(temporary_path[i]);
  raise(number); /* SA_RESETHAND: now it has its default effect */
}

/* Signals that the host or the program handles or ignores are left to them. */
static void temporary_install(void) {
  if (temporary_installed) return;
  temporary_installed = true;
  for (int i = 0; i < 2; i++) {
    struct sigaction action, old;
    if (sigaction(temporary_numbers[i], NULL, &old) != 0 || old.sa_handler != SIG_DFL) continue;
    memset(&action, 0, sizeof action);
    action.sa_handler = temporary_end;
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(temporary_numbers[i], &action, NULL);
  }
}

void temporary_note(const char *path) {
  const size_t n = strlen(path);
  temporary_install();
  for (int i = 0; i < TEMPORARY_FILES; i++) {
    if (temporary_used[i] || n >= PATH_MAX) continue;
    memcpy(temporary_path[i], path, n + 1);
    atomic_signal_fence(memory_order_release);
    temporary_used[i] = 1;
    return;
  }
}

void temporary_template(char *path, size_t size) {
  const char *folder = getenv("TMPDIR");
  if (folder == NULL || folder[0] == '\0' || strlen(folder) + sizeof "/hecate.XXXXXX" > size) folder = "/tmp";
  snprintf(path, size, "%s/hecate.XXXXXX", folder);
}

void temporary_signals(sigset_t *set) {
  sigemptyset(set);
  for (int i = 0; i < 2; i++) sigaddset(set, temporary_numbers[i]);
}

void temporary_begin_copy(void) {
  for (int i = 0; i < TEMPORARY_FILES; i++) temporary_used[i] = 0;
  for (int i = 0; i < TEMPORARY_FUNCTIONS; i++) temporary_function[i] = NULL;
  for (int i = 0; i < 2; i++) signal(temporary_numbers[i], SIG_DFL);
  temporary_installed = false;
  temporary_install();
}

int temporary_create(char *path) {
  sigset_t ends, before;
  temporary_signals(&ends);
  pthread_sigmask(SIG_BLOCK, &ends, &before);
  const int fd = mkostemp(path, O_CLOEXEC), reason = errno;
  if (fd >= 0) temporary_note(path);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = reason;
  return fd;
}

void temporary_forget(const char *path) {
  for (int i = 0; i < TEMPORARY_FILES; i++)
    if (temporary_used[i] && strcmp(temporary_path[i], path) == 0) temporary_used[i] = 0;
}

void temporary_at_signal(void (*function)(void)) {
  temporary_install();
  for (int i = 0; i < TEMPORARY_FUNCTIONS; i++) {
    if (temporary_function[i] == function) return;
    if (temporary_function[i] != NULL) continue;
    temporary_function[i] = function;
    return;
  }
}
