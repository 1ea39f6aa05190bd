/* generator.c: generators of random numbers as Lua values. */
#include "call.h"
#include "device/device.h"

typedef struct {
  Object object;
  Generator *generator;
} GeneratorBox;

static void generator_finalize(lua_State *L, void *self) {
  (void)L;
  GeneratorBox *box = self;
  if (box->generator != NULL) generator_release(box->generator);
  box->generator = NULL;
}
static int generator_manual_seed(lua_State *L);
static int generator_initial_seed(lua_State *L);
static int generator_fresh_seed(lua_State *L);
static int generator_get_state(lua_State *L);
static int generator_set_state(lua_State *L);
static const luaL_Reg generator_methods[] = {{"manual_seed", generator_manual_seed},
                                             {"initial_seed", generator_initial_seed},
                                             {"seed", generator_fresh_seed},
                                             {"get_state", generator_get_state},
                                             {"set_state", generator_set_state},
                                             {NULL, NULL}};
static Generator *generator_check(lua_State *L, const char *function);
static int generator_tostring(lua_State *L) {
  lua_pushfstring(L, "torch.Generator(seed=%I)", (lua_Integer)generator_check(L, "tostring")->seed);
  return 1;
}
static const luaL_Reg generator_metamethods[] = {{"__tostring", generator_tostring}, {NULL, NULL}};
static const Class generator_class = {"torch.Generator", NULL, generator_finalize, generator_methods,
                                      generator_metamethods};

Generator *generator_test(lua_State *L, int index) {
  GeneratorBox *box = object_test(L, index, &generator_class);
  return box != NULL ? box->generator : NULL;
}
static Generator *generator_check(lua_State *L, const char *function) {
  GeneratorBox *box = object_check(L, 1, &generator_class, function, "self");
  return box->generator;
}
static uint64_t seed_check(lua_State *L, int index, const char *function) {
  int64_t seed = 0;
  if (!integer_test(L, index, &seed)) error_argument(L, function, "seed", 0, "an integer", index);
  return (uint64_t)seed;
}
static int generator_manual_seed(lua_State *L) {
  generator_seed(generator_check(L, "manual_seed"), seed_check(L, 2, "manual_seed"));
  lua_settop(L, 1);
  return 1;
}
static int generator_initial_seed(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)generator_check(L, "initial_seed")->seed);
  return 1;
}
static int generator_fresh_seed(lua_State *L) {
  Generator *g = generator_check(L, "seed");
  generator_seed(g, generator_seed_from_system());
  lua_pushinteger(L, (lua_Integer)g->seed);
  return 1;
}
/** torch.Generator(device: device = "cpu") -> Generator: A source of random numbers of its own (Philox4x32-10), for
** arguments called generator. The n-th number depends on the seed and n alone, so one generator serves tensors of every
** device.
** Example: torch.rand(2, {generator = torch.Generator():manual_seed(1)}) */
/** torch.Generator:manual_seed(seed: int) -> Generator: Starts anew from seed; returns the
** generator. */
/** torch.Generator:initial_seed() -> int: The seed it started from. */
/** torch.Generator:seed() -> int: Starts anew from a seed of the system, which it returns. */
static int generator_make(lua_State *L) {
  if (lua_gettop(L) > 1) return error_raise(L, "Generator: at most 1 argument is expected, got %d", lua_gettop(L));
  if (lua_type(L, 1) == LUA_TTABLE) {
    static const char *const names[] = {"device", NULL};
    table_check_names(L, 1, "Generator", names);
    lua_getfield(L, 1, "device");
    lua_replace(L, 1);
  }
  if (!lua_isnoneornil(L, 1)) device_check(L, 1, "Generator");
  GeneratorBox *box = object_new(L, &generator_class, sizeof *box, 0);
  error_check(L, generator_new(67280421310721, &box->generator));
  return 1;
}

/* A state is a uint8 tensor: the seed and the numbers drawn since, 8 bytes each, the least
** significant first. */
enum { STATE_BYTES = 16 };
static int generator_get_state(lua_State *L) {
  Generator *g = generator_check(L, "get_state");
  uint64_t words[] = {g->seed, g->offset};
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(1, (int64_t[]){STATE_BYTES}, DTYPE_UINT8, &box->tensor));
  uint8_t *bytes = tensor_data(box->tensor);
  for (int i = 0; i < STATE_BYTES; i++) bytes[i] = (uint8_t)(words[i / 8] >> i % 8 * 8);
  return 1;
}
/* The name by which the program called `method`: another one where it is that of the default generator. */
static const char *called_name(lua_State *L, const char *method) {
  const char *name = lua_tostring(L, lua_upvalueindex(2));
  return name != NULL ? name : method;
}
static int generator_set_state(lua_State *L) {
  const char *function = called_name(L, "set_state");
  Generator *g = generator_check(L, function);
  Tensor *t = tensor_test(L, 2);
  if (t == NULL || t->dtype != DTYPE_UINT8 || t->numel != STATE_BYTES || !tensor_is_contiguous(t) ||
      !device_is_host(tensor_device(t)))
    return error_argument(L, function, "new_state", 0, "a state from get_state, a uint8 tensor of 16 elements", 2);
  const uint8_t *bytes = tensor_data(t);
  uint64_t words[2] = {0, 0};
  for (int i = 0; i < STATE_BYTES; i++) words[i / 8] |= (uint64_t)bytes[i] << i % 8 * 8;
  if (words[1] % 4 != 0) return error_raise(L, "%s: 'new_state': not a state from get_state", function);
  g->seed = words[0];
  g->offset = words[1];
  return 0;
}

static void generator_push(lua_State *L, Generator *g) {
  GeneratorBox *box = object_new(L, &generator_class, sizeof *box, 0);
  generator_retain(g);
  box->generator = g;
}
/** torch.manual_seed(seed: int): Starts the default generator anew from seed, so that random
** numbers repeat; those of all devices with it.
** Example: torch.manual_seed(1) */
/** torch.seed() -> int: Starts the default generator anew from a seed of the system, which it
** returns. */
/** torch.initial_seed() -> int: The seed that the default generator started from: of the system
** when the program began, later that of manual_seed. */
/** torch.get_rng_state() -> Tensor: The state of the default generator, a uint8 tensor of 16
** elements, for torch.set_rng_state.
** Example: torch.get_rng_state() */
/** torch.set_rng_state(new_state: Tensor): The default generator goes on from a state that
** torch.get_rng_state gave.
** Example: torch.set_rng_state(torch.get_rng_state()) */
/* torch.manual_seed(seed) and its kin: the method of the default generator. */
static int of_default(lua_State *L) {
  generator_push(L, generator_default());
  lua_insert(L, 1);
  const lua_CFunction method = lua_tocfunction(L, lua_upvalueindex(1));
  if (method == generator_manual_seed) device_seed(seed_check(L, 2, "manual_seed"));
  return method(L);
}
void generator_open(lua_State *L, int torch) {
  static const struct { const char *name; lua_CFunction method; } defaults[] = {
      {"manual_seed", generator_manual_seed}, {"initial_seed", generator_initial_seed}, {"seed", generator_fresh_seed},
      {"get_rng_state", generator_get_state}, {"set_rng_state", generator_set_state}};
  lua_pushvalue(L, torch);
  lua_pushcfunction(L, generator_make);
  lua_setfield(L, -2, "Generator");
  for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
    lua_pushcfunction(L, defaults[i].method);
    lua_pushstring(L, defaults[i].name);
    lua_pushcclosure(L, of_default, 2);
    lua_setfield(L, -2, defaults[i].name);
  }
  generator_push(L, generator_default());
  lua_setfield(L, -2, "default_generator");
  lua_pop(L, 1);
}
