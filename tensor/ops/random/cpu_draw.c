/* cpu_draw.c: the laws of gamma and von Mises, drawn by rejection in double. */
#include <math.h>

#include "cpu_draw.h"

/* The key of the streams is drawn from the generator, which goes on by one group whatever the number of elements. */
static uint64_t draw_key(Generator *g) {
  uint32_t words[PHILOX_WORDS];
  if (g == NULL) g = generator_default();
  philox_words(g->seed, g->offset, words);
  g->offset += PHILOX_WORDS;
  return (uint64_t)words[1] << 32 | words[0];
}

static void draw_piece(const Tensor *out, uint64_t key, DrawFn draw, Tensor *const *in, int n, int64_t first) {
  double parameters[2][DRAW_PIECE], made[DRAW_PIECE];
  const int64_t rest = out->numel - first, count = rest < DRAW_PIECE ? rest : DRAW_PIECE;
  for (int i = 0; i < n; i++) {
    const int64_t size = (int64_t)tensor_itemsize(in[i]);
    cpu_cast[in[i]->dtype][DTYPE_FLOAT64](count, (char *)parameters[i], sizeof(double),
                                          (const char *)tensor_data(in[i]) + first * size, size);
  }
  for (int64_t i = 0; i < count; i++) {
    DrawStream stream = {.key = key, .block = (uint64_t)(first + i) * DRAW_BLOCKS};
    const double own[2] = {parameters[0][i], n > 1 ? parameters[1][i] : 0};
    made[i] = draw(&stream, own);
  }
  const int64_t size = (int64_t)tensor_itemsize(out);
  cpu_cast[DTYPE_FLOAT64][out->dtype](count, (char *)tensor_data(out) + first * size, size, (const char *)made,
                                      sizeof(double));
}

Status KERNEL(draw_elements)(Tensor *out, Generator *g, DrawFn draw, Tensor *const *in, int n, int cost) {
  const uint64_t key = draw_key(g);
#pragma omp parallel for schedule(dynamic) if (worth_threads(out->numel, 4 * cost))
  for (int64_t first = 0; first < out->numel; first += DRAW_PIECE)
    if (!interrupt_requested()) draw_piece(out, key, draw, in, n, first);
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}

/* The gamma law of a >= 1 (Marsaglia and Tsang 2000): a cube of a nearly normal number. */
static double draw_gamma_from_1(DrawStream *s, double a) {
  const double d = a - 1.0 / 3, c = 1 / (3 * sqrt(d));
  while (true) {
    const double z = draw_normal(s), root = 1 + c * z;
    if (root <= 0) continue;
    const double v = root * root * root, u = draw_unit(s);
    if (log(u) < 0.5 * z * z + d * (1 - v + log(v))) return d * v;
  }
}

/* Below 1, that of a + 1 times a uniform number to the power of 1 / a. The logarithm stays finite where the number
** itself is too small for any type. */
static double draw_gamma_logarithm(DrawStream *s, const double *parameters) {
  const double a = parameters[0];
  if (!(a > 0 && a < INFINITY)) return a == INFINITY ? a : NAN;
  if (a >= 1) return log(draw_gamma_from_1(s, a));
  const double more = log(draw_unit(s)) / a;
  return log(draw_gamma_from_1(s, a + 1)) + more;
}
static double draw_gamma(DrawStream *s, const double *parameters) {
  const double a = parameters[0];
  if (a >= 1 && a < INFINITY) return draw_gamma_from_1(s, a);
  return exp(draw_gamma_logarithm(s, parameters));
}

Status KERNEL(gamma_sample)(Call *c) {
  const GammaSampleAttrs *a = c->attrs;
  return KERNEL(draw_elements)(c->out[0], a->generator, a->log ? draw_gamma_logarithm : draw_gamma, c->in, 1, 250);
}

/* Best and Fisher 1979: a wrapped Cauchy law around the von Mises one. It is written with r - 1 and 1 - cos, which
** keep their digits where the concentration is large. */
static double draw_von_mises(DrawStream *s, const double *parameters) {
  const double k = parameters[0];
  if (!(k >= 0 && k < INFINITY)) return NAN;
  if (k < 1e-8) return 3.14159265358979323846 * (2 * draw_unit(s) - 1);
  const double tau = 1 + sqrt(1 + 4 * k * k), rho = (tau - sqrt(2 * tau)) / (2 * k);
  const double more = (1 - rho) * (1 - rho) / (2 * rho); /* r - 1 */
  while (true) {
    const double z = cos(3.14159265358979323846 * draw_unit(s));
    const double versed = more * (1 - z) / (1 + more + z); /* 1 - cos of the angle */
    const double q = k * (more + versed), u = draw_unit(s);
    if (q * (2 - q) <= u && log(q / u) + 1 - q < 0) continue;
    const double half = sqrt(versed / 2);
    return copysign(2 * asin(half < 1 ? half : 1), draw_unit(s) - 0.5);
  }
}

Status KERNEL(von_mises_sample)(Call *c) {
  const VonMisesSampleAttrs *a = c->attrs;
  return KERNEL(draw_elements)(c->out[0], a->generator, draw_von_mises, c->in, 1, 250);
}
