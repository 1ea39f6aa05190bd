/* test_register.c: ops that are added at run time: from C, on the tape, in the profile, and from Lua. */
#include <lualib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "call/profile.h"
#include "check.h"
#include "core/internal.h"
#include "autograd/node.h"
#include "vm.h"

static Tensor *doubles(int n, const double *values) {
  int64_t shape[] = {n};
  Tensor *t;
  if (tensor_empty_cpu(1, shape, DTYPE_FLOAT64, &t) != OK) abort();
  memcpy(tensor_data(t), values, sizeof(double) * (size_t)n);
  return t;
}
static bool holds(const Tensor *t, int n, const double *values) {
  bool good = t != NULL && t->dtype == DTYPE_FLOAT64 && t->numel == n && tensor_is_contiguous(t);
  for (int i = 0; good && i < n; i++) good = fabs(((const double *)tensor_data(t))[i] - values[i]) < 1e-12;
  return good;
}
#define HOLDS(t, ...) holds(t, (int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (double[]){__VA_ARGS__})

/* ---- an elementwise op: x³ · by ------------------------------------------------------ */

typedef struct {
  double by;
} CubeAttrs;
static OpId cube;

static void cube_double(int64_t n, char *const *p, const int64_t *s, const void *attrs) {
  const CubeAttrs *a = attrs;
  for (int64_t i = 0; i < n; i++) {
    const double x = *(const double *)(p[1] + i * s[1]);
    *(double *)(p[0] + i * s[0]) = a->by * x * x * x;
  }
}

/* 3 x² · by · grad */
static Status cube_backward(Backward *c) {
  const CubeAttrs *a = c->attrs;
  Tensor *t[3] = {0};
  Status status = tensor_wrap_number(scalar_float(3 * a->by), &t[0]);
  if (status == OK) status = op_square(c->input[0], &t[1]);
  if (status == OK) status = op_mul(t[1], t[0], &t[2]);
  if (status == OK) status = op_mul(t[2], c->grad[0], &c->result[0]);
  for (int i = 0; i < 3; i++) tensor_release(t[i]);
  return status;
}

static Status cube_register(void) {
  static const OpArg args[] = {
      {.name = "input", .type = ARG_TENSOR},
      {.name = "by", .default_text = "1", .type = ARG_FLOAT, .optional = true, .offset = offsetof(CubeAttrs, by)}};
  static const CubeAttrs defaults = {1};
  static const StripFn strips[DTYPE_COUNT] = {[DTYPE_FLOAT64] = cube_double};
  const OpInfo info = {.name = "test_cube",
                       .signature = "(input: Tensor, by: float = 1) -> Tensor",
                       .kind = KIND_ELEMENTWISE,
                       .args = args,
                       .n_args = 2,
                       .defaults = &defaults,
                       .attrs_size = sizeof defaults,
                       .n_inputs = 1,
                       .n_outputs = 1,
                       .n_returned = 1,
                       .types = 1u << DTYPE_FLOAT64,
                       .in_place = true,
                       .strips = strips,
                       .differentiable = 1,
                       .save_inputs = 1,
                       .backward = cube_backward};
  return op_register(&info, &cube);
}

static void test_elementwise(void) {
  Tensor *x = doubles(3, (double[]){1, 2, -3}), *out = NULL, *grads[1] = {NULL};
  const CubeAttrs attrs = {2};
  CHECK_OK(cube_register());
  CHECK(cube >= OP_COUNT && (int)cube == op_count() - 1);
  CHECK(op_info(cube) == op_find("test_cube") && op_info(cube)->id == cube);
  CHECK(strcmp(op_info(cube)->lua_name, "test_cube") == 0);
  CHECK(op_info(OP_ADD) == &op_table[OP_ADD] && op_find("add") == &op_table[OP_ADD] && op_find("nothing") == NULL);
  CHECK_OK(tensor_set_requires_grad(x, true));
  CHECK_OK(op_call(cube, &x, 1, &attrs, &out));
  CHECK(HOLDS(out, 2, 16, -54));
  CHECK(strcmp(node_name(tensor_grad_fn(out)), "TestCubeBackward") == 0);
  Tensor *ones = doubles(3, (double[]){1, 1, 10});
  CHECK_OK(autograd_backward("grad", 1, &out, &ones, false, true, 1, &x, grads));
  CHECK(HOLDS(grads[0], 6, 24, 540));
  Tensor *first = grads[0], *second = NULL;
  CHECK_OK(autograd_backward("grad", 1, &first, &ones, false, false, 1, &x, &second)); /* the gradient's gradient */
  CHECK(HOLDS(second, 12, 24, -3600));
  Tensor *y = doubles(2, (double[]){1, 2});
  CHECK_OK(op_call_in_place(cube, &y, 1, &attrs));
  CHECK(HOLDS(y, 2, 16));
  Tensor *integers, *none = NULL;
  CHECK_OK(tensor_empty_cpu(1, (int64_t[]){2}, DTYPE_INT64, &integers));
  CHECK(op_call(cube, &integers, 1, &attrs, &none) == ERROR_ARGUMENT && none == NULL);
  CHECK(strcmp(status_message(), "test_cube: not defined for tensors of dtype int64") == 0);
  Tensor *all[] = {x, out, ones, first, second, y, integers};
  for (int i = 0; i < 7; i++) tensor_release(all[i]);
}

/* ---- a kernel op: the weighted sums of pieces, with arguments of every new type ------------------ */

typedef struct {
  Floats weights;
  Text mode; /* "negative": the other sign */
} PiecesAttrs;
static OpId pieces;

/* input: (n); lengths: (k), which add up to n. The result: (k). */
static Status pieces_infer(Call *c) {
  const int64_t *lengths = tensor_data(c->in[1]), k = c->in[1]->numel;
  int64_t sum = 0;
  for (int64_t i = 0; i < k; i++) sum += lengths[i];
  if (c->in[0]->ndim != 1 || sum != c->in[0]->numel)
    return fail(ERROR_ARGUMENT, "test_pieces: 'lengths' (argument 2): they add up to %lld, not to %lld", (long long)sum,
                (long long)c->in[0]->numel);
  return call_output(c, 0, DTYPE_FLOAT64, 1, &k);
}
static double pieces_weight(const PiecesAttrs *a, int64_t i) {
  const double weight = i < a->weights.n ? a->weights.v[i] : 1;
  return strcmp(a->mode.v, "negative") == 0 ? -weight : weight;
}
static Status pieces_kernel(Call *c) {
  const PiecesAttrs *a = c->attrs;
  const double *x = tensor_data(c->in[0]);
  const int64_t *lengths = tensor_data(c->in[1]);
  double *out = tensor_data(c->out[0]);
  for (int64_t i = 0; i < c->in[1]->numel; i++) {
    out[i] = 0;
    for (int64_t k = 0; k < lengths[i]; k++) out[i] += pieces_weight(a, i) * *x++;
  }
  return OK;
}
static Status pieces_backward(Backward *c) {
  const PiecesAttrs *a = c->attrs;
  const Ints shape = backward_input_shape(c, 0);
  const int64_t *lengths = tensor_data(c->input[1]);
  const double *grad = tensor_data(c->grad[0]);
  TRY(tensor_empty_cpu(1, shape.v, DTYPE_FLOAT64, &c->result[0]));
  double *out = tensor_data(c->result[0]);
  for (int64_t i = 0; i < c->input[1]->numel; i++)
    for (int64_t k = 0; k < lengths[i]; k++) *out++ = pieces_weight(a, i) * grad[i];
  return OK;
}

static Status pieces_register(void) {
  static const OpArg args[] = {{.name = "input", .type = ARG_TENSOR, .input = 0},
                               {.name = "lengths", .type = ARG_INTEGERS, .input = 1},
                               {.name = "weights",
                                .default_text = "nil",
                                .type = ARG_FLOATS,
                                .optional = true,
                                .offset = offsetof(PiecesAttrs, weights)},
                               {.name = "mode",
                                .default_text = "\"\"",
                                .type = ARG_STRING,
                                .optional = true,
                                .offset = offsetof(PiecesAttrs, mode)}};
  static const PiecesAttrs defaults = {{-1, {0}}, {""}};
  const OpInfo info = {.name = "test_pieces",
                       .kind = KIND_KERNEL,
                       .args = args,
                       .n_args = 4,
                       .defaults = &defaults,
                       .signature =
                           "(input: Tensor, lengths: int[], weights: floats = nil, mode: string = \"\") -> Tensor",
                       .attrs_size = sizeof defaults,
                       .n_inputs = 2,
                       .n_outputs = 1,
                       .n_returned = 1,
                       .contiguous = true,
                       .types = 1u << DTYPE_FLOAT64,
                       .infer = pieces_infer,
                       .kernel = pieces_kernel,
                       .differentiable = 1,
                       .save_inputs = 2,
                       .backward = pieces_backward};
  return op_register(&info, &pieces);
}

static void test_kernel(void) {
  Tensor *x = doubles(4, (double[]){1, 2, 3, 4}), *lengths, *out = NULL, *grad = NULL;
  CHECK_OK(pieces_register());
  CHECK(pieces == cube + 1);
  CHECK_OK(tensor_empty_cpu(1, (int64_t[]){2}, DTYPE_INT64, &lengths));
  memcpy(tensor_data(lengths), (int64_t[]){1, 3}, 16);
  CHECK_OK(tensor_set_requires_grad(x, true));
  const PiecesAttrs attrs = {{2, {10, 100}}, {"negative"}};
  CHECK_OK(op_call(pieces, (Tensor *[]){x, lengths}, 2, &attrs, &out));
  CHECK(HOLDS(out, -10, -900));
  Tensor *ones = doubles(2, (double[]){1, 2});
  CHECK_OK(autograd_backward("grad", 1, &out, &ones, false, false, 1, &x, &grad));
  CHECK(HOLDS(grad, -10, -200, -200, -200));
  Tensor *all[] = {x, lengths, out, ones, grad};
  for (int i = 0; i < 5; i++) tensor_release(all[i]);
}

/* ---- what is refused ------------------------------------------------------------------------------ */

static bool refused(OpInfo info, const char *message) {
  OpId id;
  return op_register(&info, &id) == ERROR_ARGUMENT && strcmp(status_message(), message) == 0;
}

static void test_refusals(void) {
  CHECK(refused((OpInfo){.name = "add"}, "op_register: 'add' is there already"));
  CHECK(refused((OpInfo){.name = "test_cube"}, "op_register: 'test_cube' is there already"));
  CHECK(refused((OpInfo){0}, "op_register: a name of 1 to 48 bytes is needed"));
  CHECK(refused((OpInfo){.name = "a", .kind = KIND_KERNEL, .n_inputs = OP_MAX_INPUTS + 1},
                "op_register: 'a': too many inputs or arguments"));
  CHECK(refused((OpInfo){.name = "a", .kind = KIND_KERNEL, .attrs_size = OP_MAX_ATTRIBUTE_BYTES + 1},
                "op_register: 'a': too many bytes of attributes"));
  CHECK(refused((OpInfo){.name = "a", .kind = KIND_ELEMENTWISE, .n_inputs = 1, .n_outputs = 1},
                "op_register: 'a': an elementwise op without strips"));
  CHECK(refused((OpInfo){.name = "a", .kind = KIND_KERNEL, .n_outputs = 1},
                "op_register: 'a': a kernel op without infer or kernel"));
}

/* ---- lists of results --------------------------------------------------------------------------------- */

static void test_lists(void) {
  Tensor *x = doubles(5, (double[]){1, 2, 3, 4, 5}), *out = NULL;
  TensorList parts = {0};
  CHECK_OK(op_split(x, 2, 0, &parts));
  CHECK(parts.n == 3 && HOLDS(parts.v[0], 1, 2) && HOLDS(parts.v[2], 5));
  tensor_list_release(&parts);
  CHECK(parts.n == 0 && parts.v == NULL);
  const SplitAttrs attrs = {2, 0};
  CHECK(op_call(OP_SPLIT, &x, 1, &attrs, &out) == ERROR_ARGUMENT && out == NULL);
  CHECK(op_call_list(OP_NEG, &x, 1, NULL, &parts) == ERROR_ARGUMENT && parts.v == NULL);
  tensor_release(x);
}

/* ---- the profile, and Lua --------------------------------------------------------------------------------- */

static void test_profile(void) {
  Tensor *x = doubles(1, (double[]){2}), *out = NULL;
  const CubeAttrs attrs = {1};
  OpId late;
  CHECK_OK(profile_start(&(ProfileOptions){.events = false}));
  CHECK_OK(op_call(cube, &x, 1, &attrs, &out));
  tensor_release(out);
  OpInfo info = *op_info(cube); /* one that comes while others are measured */
  info.name = "test_late";
  info.lua_name = NULL;
  CHECK_OK(op_register(&info, &late));
  CHECK_OK(op_call(late, &x, 1, &attrs, &out));
  tensor_release(out);
  int n = 0;
  profile_stop();
  const OpProfile *profiles = profile_totals(&n);
  CHECK(n == op_count() && profiles[cube].calls == 1 && profiles[late].calls == 1 && profiles[OP_ADD].calls == 0);
  tensor_release(x);
}

static const char script[] =
    "local x = torch.tensor({1.0, 2.0}, {dtype = 'float64', requires_grad = true})\n"
    "local mode = torch._C.profile_enter {}\n"
    "local y = torch._C.call('test_cube', x, {by = 2})\n"
    "assert(tostring(y.grad_fn):find 'TestCubeBackward', tostring(y.grad_fn))\n"
    "y:sum():backward()\n"
    "assert(x.grad[1]:item() == 6 and x.grad[2]:item() == 24)\n"
    "local cube = torch._C.op('test_cube')\n"
    "assert(cube(x):sum():item() == 9)\n"
    "local pieces = torch._C.op('test_pieces')\n"
    "assert(torch.equal(pieces(x, {1, 1}, {2.5, 3}, 'negative'):detach(), torch.tensor({-2.5, -6.0}, {dtype = "
    "'float64'})))\n"
    "assert(pieces(x, {0, 2}, {mode = 'negative'}):tolist()[2] == -3)\n"
    "torch._C.profile_leave(mode)\n"
    "local names = {}\n"
    "for _, p in ipairs(torch._C.profile_totals()) do names[p.name] = p.calls end\n"
    "assert(names.test_cube == 2 and names.test_pieces == 2)\n"
    "local function fails(expected, ...)\n"
    "  local ok, message = pcall(...)\n"
    "  assert(not ok and message:find(expected, 1, true), message)\n"
    "end\n"
    "fails(\"test_pieces: 'lengths' (argument 2): they add up to 3, not to 2\", pieces, x, {3})\n"
    "fails(\"test_pieces: 'lengths' (argument 2): expected an array of integers\", pieces, x, {1.5})\n"
    "fails(\"test_pieces: 'weights' (argument 3): expected a number or an array of numbers\", pieces, x, {2}, {'a'})\n"
    "fails(\"test_pieces: 'weights' (argument 3): expected at most 12 numbers\", pieces, x, {2}, "
    "{1,2,3,4,5,6,7,8,9,10,11,12,13})\n"
    "fails(\"test_pieces: 'mode' (argument 4): expected a string\", pieces, x, {2}, 1, 5)\n"
    "fails(\"test_pieces: 'mode' (argument 4): expected a string of at most 127 characters\", pieces, x, {2}, 1, "
    "('x'):rep(128))\n"
    "fails(\"test_cube: no argument 'bi'; the arguments are input, by\", cube, x, {bi = 1})\n"
    "local row = torch._C.ops()[#torch._C.ops()]\n"
    "assert(row.name == 'test_late' and row.kind == 'elementwise' and row.differentiable and #row.modules == 0)\n";

static void test_lua(void) {
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  open_globals(L);
  const bool good = luaL_loadstring(L, script) == LUA_OK && lua_pcall(L, 0, 0, 0) == LUA_OK;
  if (!good) printf("%s\n", lua_tostring(L, -1));
  CHECK(good);
  lua_close(L);
}

int main(void) {
  test_elementwise();
  test_kernel();
  test_refusals();
  test_lists();
  test_profile();
  test_lua();
  return check_result();
}
