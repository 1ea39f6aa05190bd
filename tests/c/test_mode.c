/* test_mode.c: the slow road of calls: what a mode sees of each door, of changes that are no op, and of failures. */
#include <stdio.h>
#include <string.h>

#include "call/mode.h"
#include "check.h"
#include "core/internal.h"

/* What the mode under test has seen, as text: "add(2)->1 ". */
static char seen[1024];
static Status before_status, after_status;
static int before_calls;

static void say(const char *format, const char *name, int a, int b) {
  const size_t n = strlen(seen);
  snprintf(seen + n, sizeof seen - n, format, name, a, b);
}

static Status mode_before(ModeCall *call) {
  (void)call;
  before_calls++;
  return before_status;
}

static Status mode_after(ModeCall *call, Status status) {
  if (status != OK) {
    say("%s failed ", call->info->name, 0, 0);
    return status;
  }
  int n = call->takes_list ? call->list.n : 0;
  for (int i = 0; i < call->info->n_outputs && !call->takes_list; i++) n += call->out[i] != NULL;
  say(call->in_place ? "%s_(%d) " : "%s(%d)->%d ", call->info->name, call->n_in, n);
  return after_status;
}

static void mode_change(const ModeChange *change) {
  static const char *const names[] = {"copy", "add", "data", "optimise"};
  say("change:%s ", names[change->kind], 0, 0);
}

static const Mode tracer = {"trace", MODE_TRACE, mode_before, mode_after, mode_change};

static Tensor *ones(int rows, int columns) {
  Tensor *t;
  CHECK_OK(tensor_empty_cpu(2, (int64_t[]){rows, columns}, DTYPE_FLOAT32, &t));
  tensor_fill_raw(t, scalar_float(1));
  return t;
}

#define SEEN(text)                                                    \
  do {                                                                \
    if (strcmp(seen, text) != 0) printf("seen: %s\n", seen);          \
    CHECK(strcmp(seen, text) == 0);                                   \
    seen[0] = '\0';                                                   \
  } while (0)

static void test_doors(void) {
  OWNED Tensor *a = ones(2, 3), *b = ones(2, 3), *sum = NULL, *deviation = NULL;
  Tensor *pair[] = {a, b};
  mode_set(MODE_TRACE, true);
  CHECK_OK(op_add(a, b, scalar_int(1), &sum));
  SEEN("add(2)->1 ");
  CHECK_OK(op_call_in_place(OP_MUL, pair, 2, NULL));
  SEEN("mul_(2) ");
  CHECK_OK(op_call_in_place(OP_T, &a, 1, NULL)); /* a view in place */
  SEEN("t_(1) ");
  CHECK(a->shape[0] == 3);
  CHECK_OK(op_logsumexp(b, ints_none(), false, &deviation)); /* a composite: what it is made of is not seen */
  SEEN("logsumexp(1)->1 ");
  TensorList list;
  CHECK_OK(op_call_list(OP_UNBIND, &b, 1, &(UnbindAttrs){0}, &list));
  SEEN("unbind(1)->2 ");
  tensor_list_release(&list);
  mode_set(MODE_TRACE, false);
  CHECK_OK(op_call_in_place(OP_MUL, (Tensor *[]){b, b}, 2, NULL));
  SEEN("");
}

static void test_failures(void) {
  OWNED Tensor *a = ones(2, 3), *b = ones(4, 4);
  Tensor *out = NULL;
  MemoryStats first, last;
  memory_stats(&first);
  mode_set(MODE_TRACE, true);
  CHECK(op_add(a, b, scalar_int(1), &out) == ERROR_ARGUMENT && out == NULL);
  SEEN("add failed ");
  after_status = ERROR_ARGUMENT; /* the mode makes the call fail: its result goes */
  CHECK(op_neg(a, &out) == ERROR_ARGUMENT && out == NULL);
  SEEN("neg(1)->1 ");
  after_status = OK;
  before_status = ERROR_ARGUMENT; /* the call does not run, and what did not begin does not end */
  CHECK(op_neg(a, &out) == ERROR_ARGUMENT && out == NULL);
  SEEN("");
  before_status = OK;
  CHECK(call_modes == MODE_TRACE);
  mode_set(MODE_TRACE, false);
  memory_stats(&last);
  CHECK(first.bytes == last.bytes);
}

static void test_changes(void) {
  OWNED Tensor *p = ones(2, 3), *grad = ones(2, 3);
  mode_set(MODE_TRACE, true);
  CHECK_OK(tensor_copy(p, grad));
  SEEN("change:copy ");
  CHECK_OK(tensor_set_data(p, grad));
  SEEN("change:data ");
  mode_set(MODE_TRACE, false);
  CHECK_OK(tensor_copy(p, grad));
  SEEN("");
}

static void test_mutates(void) {
  const ModeCall in_place = {.info = op_info(OP_ADD), .op = OP_ADD, .in_place = true};
  const ModeCall plain = {.info = op_info(OP_ADD), .op = OP_ADD};
  CHECK(mode_call_mutates(&in_place) == 1 && mode_call_mutates(&plain) == 0);
}

static void test_scopes(void) {
  ModeScope outer, inner;
  CHECK(mode_scope == NULL && mode_intern("a.b") == mode_intern("a.b") && mode_intern("a") != mode_intern("b"));
  mode_scope_push(&outer, &outer, "", "Net");
  mode_scope_push(&inner, &inner, "0", "nn.Linear");
  CHECK(mode_scope == &inner && mode_scope->outer == &outer);
  mode_scope_pop(&inner);
  mode_scope_pop(&outer);
  CHECK(mode_scope == NULL);
}

int main(void) {
  mode_install(&tracer);
  test_doors();
  test_failures();
  test_changes();
  test_mutates();
  test_scopes();
  CHECK(before_calls > 5);
  return check_result();
}
