/* recursion.c: the module "torchaudio.functional.recursion": effects in which every number depends on those before.
** Their callers give contiguous signals (B×time) of float32 or float64 on the host, and have checked all numbers.
**
**   overdrive(x, bent)      phaser(x, wave, delay, decay)      flanger(x, wave, options)
*/
#include <math.h>
#include <string.h>

#include "vm.h"

/* A signal (B×time), and its numbers as doubles. */
typedef struct {
  const Tensor *tensor;
  int64_t rows, length;
  bool wide;
} Signal;

static Signal signal_check(lua_State *L, int argument, const char *name) {
  const Tensor *t = tensor_check(L, argument, name, "waveform");
  if (t->ndim != 2 || !tensor_is_contiguous(t) || !device_is_host(tensor_device(t)) ||
      (t->dtype != DTYPE_FLOAT32 && t->dtype != DTYPE_FLOAT64))
    error_argument(L, name, "waveform", argument, "a contiguous signal (B×time)", argument);
  return (Signal){t, t->shape[0], t->shape[1], t->dtype == DTYPE_FLOAT64};
}

static inline double signal_get(const Signal *s, int64_t at) {
  return s->wide ? ((const double *)tensor_data(s->tensor))[at] : (double)((const float *)tensor_data(s->tensor))[at];
}
static inline void signal_set(const Signal *s, int64_t at, double value) {
  if (s->wide) ((double *)tensor_data(s->tensor))[at] = value;
  else ((float *)tensor_data(s->tensor))[at] = (float)value;
}

/* Pushes a signal like another one. */
static Signal signal_push(lua_State *L, const Signal *like) {
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(2, like->tensor->shape, (DType)like->tensor->dtype, &box->tensor));
  tensor_account(L, box);
  return (Signal){box->tensor, like->rows, like->length, like->wide};
}

/* Zeros that the stack of Lua keeps. */
static double *room_push(lua_State *L, int64_t n) {
  double *room = lua_newuserdatauv(L, (size_t)n * sizeof *room, 0);
  memset(room, 0, (size_t)n * sizeof *room);
  return room;
}

/* overdrive(x, bent): half of x and what of the bent signal changes quickly. */
static int recursion_overdrive(lua_State *L) {
  const Signal x = signal_check(L, 1, "overdrive"), bent = signal_check(L, 2, "overdrive");
  if (!tensor_same_shape(x.tensor, bent.tensor)) return error_argument(L, "overdrive", "bent", 2, "the shape of x", 2);
  const Signal out = signal_push(L, &x);
  for (int64_t row = 0; row < x.rows; row++) {
    double last_in = 0, last_out = 0;
    for (int64_t at = row * x.length; at < (row + 1) * x.length; at++) {
      const double now = signal_get(&bent, at);
      last_out = now - last_in + 0.995 * last_out;
      last_in = now;
      signal_set(&out, at, signal_get(&x, at) * 0.5 + last_out * 0.75);
    }
  }
  return 1;
}

/* The table of a slow wave: int64 or float64. */
static const Tensor *wave_check(lua_State *L, int argument, DType dtype, const char *name) {
  const Tensor *t = tensor_check(L, argument, name, "wave");
  if (t->ndim != 1 || t->dtype != dtype || t->numel < 1 || !tensor_is_contiguous(t))
    error_argument(L, name, "wave", argument, "a table", argument);
  return t;
}

/* phaser(x, wave, delay, decay): wave has places from 1 to delay. */
static int recursion_phaser(lua_State *L) {
  const Signal x = signal_check(L, 1, "phaser");
  const Tensor *table = wave_check(L, 2, DTYPE_INT64, "phaser");
  const int64_t *wave = tensor_data(table), delay = luaL_checkinteger(L, 3);
  const double decay = luaL_checknumber(L, 4);
  if (delay < 1 || delay > INT32_MAX) return error_argument(L, "phaser", "delay", 3, "a delay", 3);
  double *line = room_push(L, delay);
  const Signal out = signal_push(L, &x);
  for (int64_t row = 0; row < x.rows; row++) {
    memset(line, 0, (size_t)delay * sizeof *line);
    for (int64_t t = 0; t < x.length; t++) {
      const int64_t at = row * x.length + t, from = (t + wave[t % table->numel]) % delay;
      const double now = signal_get(&x, at) + line[from < 0 ? from + delay : from];
      line[(t + 1) % delay] = now * decay;
      signal_set(&out, at, now);
    }
  }
  return 1;
}

typedef struct {
  int64_t channels, room;
  bool quadratic;
  double phase, feedback, gain_in, gain_delayed;
} Flanger;

static Flanger flanger_check(lua_State *L, int index) {
  static const char *const numbers[] = {"channels", "room", "phase", "feedback", "gain_in", "gain_delayed"};
  double values[6];
  for (int i = 0; i < 6; i++) {
    lua_getfield(L, index, numbers[i]);
    values[i] = luaL_checknumber(L, -1);
    lua_pop(L, 1);
  }
  lua_getfield(L, index, "quadratic");
  Flanger f = {(int64_t)values[0], (int64_t)values[1], lua_toboolean(L, -1), values[2], values[3],
               values[4], values[5]};
  lua_pop(L, 1);
  if (f.channels < 1 || f.room < 2 || f.room > INT32_MAX) error_argument(L, "flanger", "options", 3, "a delay", 3);
  return f;
}

/* What was written `delay` numbers ago, between the numbers there are. */
static double flanger_delayed(const Flanger *f, const double *line, int64_t at, double delay) {
  if (!(delay >= 0 && delay < (double)f->room)) delay = 0;
  const double whole = floor(delay), part = delay - whole;
  const int64_t first = (at + (int64_t)whole) % f->room;
  const double a = line[first], b = line[(first + 1) % f->room] - a;
  if (!f->quadratic) return a + b * part;
  const double c = line[(first + 2) % f->room] - a;
  return a + ((c * 0.5 - b) * part + (b * 2 - c * 0.5)) * part;
}

/* flanger(x, wave, options): row r of x is channel r modulo channels. */
static int recursion_flanger(lua_State *L) {
  const Signal x = signal_check(L, 1, "flanger");
  const Tensor *table = wave_check(L, 2, DTYPE_FLOAT64, "flanger");
  const double *wave = tensor_data(table);
  luaL_checktype(L, 3, LUA_TTABLE);
  const Flanger f = flanger_check(L, 3);
  double *line = room_push(L, f.room);
  const Signal out = signal_push(L, &x);
  for (int64_t row = 0; row < x.rows; row++) {
    const int64_t shift = (int64_t)((double)(row % f.channels) * (double)table->numel * f.phase + 0.5);
    double last = 0;
    memset(line, 0, (size_t)f.room * sizeof *line);
    for (int64_t t = 0, place = 0; t < x.length; t++) {
      const int64_t at = row * x.length + t;
      const double now = signal_get(&x, at);
      place = (place + f.room - 1) % f.room;
      line[place] = now + last * f.feedback;
      last = flanger_delayed(&f, line, place, wave[(t + shift) % table->numel]);
      signal_set(&out, at, now * f.gain_in + last * f.gain_delayed);
    }
  }
  return 1;
}

int luaopen_torchaudio_functional_recursion(lua_State *L) {
  static const luaL_Reg functions[] = {{"overdrive", recursion_overdrive},
                                       {"phaser", recursion_phaser},
                                       {"flanger", recursion_flanger},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
