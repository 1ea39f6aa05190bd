/* planes.c: the module "torchvision.io.planes": pixels side by side, as the codecs have them, become a plane for each
** channel, as tensors of pictures have them, in the wanted colours.
**
**   planes(picture, channels) → (channels × height × width): of (height × width × channels), uint8, uint16
**     or float32. channels 1: grey, 2: grey and alpha, 3: RGB, 4: RGB and alpha; 0: as they are. A picture of
**     four dimensions has its frames in front.
*/
#include "codec.h"

/* What a plane is made of: a channel of the pixel, its brightness, or the largest value. */
enum { PLANE_GREY = -1, PLANE_OPAQUE = -2 };

/* Bytes side by side, sixteen pixels at a time, where the processor moves bytes within vectors in one step. Returns how
** many pixels are done. */
typedef uint8_t Bytes16 __attribute__((vector_size(16)));

#if defined(__x86_64__)
__attribute__((target("ssse3")))
#endif
static int64_t planes_split3_blocks(const uint8_t *from, uint8_t *to, int64_t n) {
  /* From two vectors of the three: the bytes of a channel in the first 11 places; then the rest, of the third one. */
  const Bytes16 first[3] = {{0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0},
                                   {1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0},
                                   {2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0}};
  const Bytes16 then[3] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29},
                                  {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30},
                                  {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31}};
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    Bytes16 a, b, c;
    memcpy(&a, from + 3 * i, 16);
    memcpy(&b, from + 3 * i + 16, 16);
    memcpy(&c, from + 3 * i + 32, 16);
    const Bytes16 red = __builtin_shuffle(__builtin_shuffle(a, b, first[0]), c, then[0]);
    const Bytes16 green = __builtin_shuffle(__builtin_shuffle(a, b, first[1]), c, then[1]);
    const Bytes16 blue = __builtin_shuffle(__builtin_shuffle(a, b, first[2]), c, then[2]);
    memcpy(to + i, &red, 16);
    memcpy(to + n + i, &green, 16);
    memcpy(to + 2 * n + i, &blue, 16);
  }
  return i;
}

static int64_t planes_split3_vectors(const uint8_t *from, uint8_t *to, int64_t n) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("ssse3")) return 0;
#endif
  return planes_split3_blocks(from, to, n);
}

#define BODY_VECTORS
#define BODY_MOST 255
#define BODY_ROUND 0
#define T uint8_t
#define NAME(x) x##_uint8
#include "planes_body.h"
#undef BODY_VECTORS
#undef BODY_MOST
#undef BODY_ROUND
#undef T
#undef NAME
#define BODY_MOST 65535
#define BODY_ROUND (1 << 14)
#define T uint16_t
#define NAME(x) x##_uint16
#include "planes_body.h"
#undef BODY_MOST
#undef BODY_ROUND
#undef T
#undef NAME
#define BODY_MOST 1
#define BODY_FLOAT
#define T float
#define NAME(x) x##_float32
#include "planes_body.h"

/* The planes of a picture of 'have' channels where 'want' are wanted. */
static void planes_plan(int have, int want, int plan[4]) {
  const bool colours = have >= 3, alpha = have == 2 || have == 4;
  for (int k = 0; k < want; k++) {
    const bool is_alpha = (want == 2 || want == 4) && k == want - 1;
    if (is_alpha) plan[k] = alpha ? have - 1 : PLANE_OPAQUE;
    else if (want <= 2) plan[k] = colours ? PLANE_GREY : 0;
    else plan[k] = colours ? k : 0;
  }
}

static int planes_of(lua_State *L) {
  const Tensor *picture = tensor_check(L, 1, "planes", "picture");
  const int d = picture->ndim - 3, have = (int)picture->shape[d + 2], given = (int)luaL_checkinteger(L, 2);
  const int want = given > 0 ? given : have;
  const int64_t frames = d > 0 ? picture->shape[0] : 1, pixels = picture->shape[d] * picture->shape[d + 1];
  int plan[4];
  if (have < 1 || have > 4 || want > 4) return luaL_error(L, "planes: 1 to 4 channels");
  planes_plan(have, want, plan);
  if (given == 0) for (int k = 0; k < have; k++) plan[k] = k;
  const int64_t shape[] = {frames, want, picture->shape[d], picture->shape[d + 1]};
  Tensor *out = codec_new(L, 3 + d, shape + 1 - d, (DType)picture->dtype);
  for (int64_t f = 0; f < frames; f++) {
    const int64_t from = f * have * pixels, to = f * want * pixels;
    if (picture->dtype == DTYPE_UINT8)
      planes_fill_uint8((const uint8_t *)tensor_data(picture) + from, have, (uint8_t *)tensor_data(out) + to, want,
                        plan, pixels);
    else if (picture->dtype == DTYPE_UINT16)
      planes_fill_uint16((const uint16_t *)tensor_data(picture) + from, have, (uint16_t *)tensor_data(out) + to, want,
                         plan, pixels);
    else
      planes_fill_float32((const float *)tensor_data(picture) + from, have, (float *)tensor_data(out) + to, want,
                          plan, pixels);
  }
  return 1;
}

int luaopen_torchvision_io_planes(lua_State *L) {
  lua_pushcfunction(L, planes_of);
  return 1;
}
