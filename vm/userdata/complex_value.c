/* complex_value.c: see complex_value.h. The value never changes; its operators take Lua numbers too. */
#include "userdata/complex_value.h"
#include "undefined.h"

#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  Object object;
  double real, imag;
} Complex;

static const Class complex_class;

void complex_push(lua_State *L, double real, double imag) {
  Complex *box = object_new(L, &complex_class, sizeof *box, 0);
  box->real = real;
  box->imag = imag;
}

bool complex_read(lua_State *L, int index, Scalar *out) {
  const Complex *box = object_test(L, index, &complex_class);
  if (box != NULL) *out = scalar_complex(box->real, box->imag);
  return box != NULL;
}

/* The shortest text that reads back as the number. */
static void complex_digits(char *buffer, size_t size, double v) {
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(buffer, size, "%.*g", digits, shown(v));
    if (isnan(v) || strtod(buffer, NULL) == v) return;
  }
}

void complex_text(char *buffer, double real, double imag) {
  char re[26], im[26];
  complex_digits(re, sizeof re, real);
  complex_digits(im, sizeof im, imag);
  if (real == 0 && !signbit(real)) snprintf(buffer, COMPLEX_TEXT, "%sj", im);
  else snprintf(buffer, COMPLEX_TEXT, "(%s%s%sj)", re, im[0] == '-' ? "" : "+", im);
}

/* A tensor on the right: its operator does it. */
static int complex_with_tensor(lua_State *L, const char *event) {
  if (tensor_test(L, 2) == NULL) return 0;
  luaL_getmetafield(L, 2, event);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  return 1;
}

static double complex complex_operand(lua_State *L, int index) {
  const Complex *box = object_test(L, index, &complex_class);
  if (box != NULL) return CMPLX(box->real, box->imag);
  if (lua_type(L, index) != LUA_TNUMBER) error_argument(L, "complex", "other", index, "a number", index);
  return lua_tonumber(L, index);
}

static int complex_result(lua_State *L, double complex v) {
  complex_push(L, creal(v), cimag(v));
  return 1;
}

static int complex_add(lua_State *L) {
  if (complex_with_tensor(L, "__add")) return 1;
  const double complex a = complex_operand(L, 1), b = complex_operand(L, 2);
  return complex_result(L, a + b);
}
static int complex_sub(lua_State *L) {
  if (complex_with_tensor(L, "__sub")) return 1;
  const double complex a = complex_operand(L, 1), b = complex_operand(L, 2);
  return complex_result(L, a - b);
}
static int complex_mul(lua_State *L) {
  if (complex_with_tensor(L, "__mul")) return 1;
  const double complex a = complex_operand(L, 1), b = complex_operand(L, 2);
  return complex_result(L, a * b);
}
static int complex_div(lua_State *L) {
  if (complex_with_tensor(L, "__div")) return 1;
  const double complex a = complex_operand(L, 1), b = complex_operand(L, 2);
  return complex_result(L, a / b);
}
static int complex_pow(lua_State *L) {
  if (complex_with_tensor(L, "__pow")) return 1;
  const double complex a = complex_operand(L, 1), b = complex_operand(L, 2);
  return complex_result(L, cpow(a, b));
}
static int complex_unm(lua_State *L) { return complex_result(L, -complex_operand(L, 1)); }

/* Lua asks only where both are userdata: z == 1 is false, z:eq(1) is not. */
static int complex_eq(lua_State *L) {
  const Complex *a = object_test(L, 1, &complex_class), *b = object_test(L, 2, &complex_class);
  lua_pushboolean(L, a != NULL && b != NULL && a->real == b->real && a->imag == b->imag);
  return 1;
}

static int complex_tostring(lua_State *L) {
  const Complex *box = object_check(L, 1, &complex_class, "tostring", "self");
  char text[COMPLEX_TEXT];
  complex_text(text, box->real, box->imag);
  lua_pushstring(L, text);
  return 1;
}

/* z:abs() -> number: |z|, the distance from 0. */
static int complex_abs(lua_State *L) {
  lua_pushnumber(L, cabs(complex_operand(L, 1)));
  return 1;
}
/* z:angle() -> number: The angle in radians, from -π to π. */
static int complex_angle(lua_State *L) {
  lua_pushnumber(L, carg(complex_operand(L, 1)));
  return 1;
}
/* z:conj() -> complex: The same with the imaginary part negated. */
static int complex_conj(lua_State *L) { return complex_result(L, conj(complex_operand(L, 1))); }
static int complex_equals(lua_State *L) {
  lua_pushboolean(L, complex_operand(L, 1) == complex_operand(L, 2));
  return 1;
}

static const luaL_Reg complex_methods[] = {
    {"abs", complex_abs}, {"angle", complex_angle}, {"conj", complex_conj}, {"eq", complex_equals}, {NULL, NULL}};

static int complex_index(lua_State *L) {
  const Complex *box = object_check(L, 1, &complex_class, "complex", "self");
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  if (strcmp(key, "real") == 0) lua_pushnumber(L, shown(box->real));
  else if (strcmp(key, "imag") == 0) lua_pushnumber(L, shown(box->imag));
  else {
    lua_getmetatable(L, 1);
    lua_getfield(L, -1, "__methods");
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) == LUA_TNIL) return undefined_read(L, UNDEFINED_OBJECT);
  }
  return 1;
}

static const luaL_Reg complex_metamethods[] = {
    {"__add", complex_add}, {"__sub", complex_sub}, {"__mul", complex_mul}, {"__div", complex_div},
    {"__pow", complex_pow}, {"__unm", complex_unm}, {"__eq", complex_eq}, {"__tostring", complex_tostring},
    {"__index", complex_index}, {NULL, NULL}};

static const Class complex_class = {"torch.complex", NULL, NULL, complex_methods, complex_metamethods};
