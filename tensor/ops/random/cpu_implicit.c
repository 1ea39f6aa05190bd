/* cpu_implicit.c: how a sample moves with the parameter of its law while its quantile stays (implicit
** reparameterisation, Figurnov et al. 2018): - ∂F/∂a / p at the sample x, with the distribution function F and the
** density p.
**
** The quotient is the integral over t of p(t) / p(x) times the derivative of log p(t) by a, from x to the end of the
** law on the side where p falls from x on. There t is written as a function of s >= 0 such that the quotient of the
** densities is exp(-e(s)), e growing and convex, and the rest does not change its sign where it counts. So nothing is
** lost to cancellation. Gauss and Legendre's rule takes the interval [0, w] and intervals that double from there.
*/
#include <math.h>

#include "device/cpu/kernel.h"
#include "device/cpu/vector_math.h"

enum { NODES = 16, PIECE = 64 };
static const double implicit_nodes[NODES] = {
  0.0052995325041750307, 0.0277124884633837, 0.067184398806084122, 0.1222977958224985, 0.19106187779867811,
  0.27099161117138632, 0.35919822461037054, 0.45249374508118129, 0.54750625491881877, 0.64080177538962946,
  0.72900838882861363, 0.80893812220132189, 0.87770220417750155, 0.93281560119391593, 0.9722875115366163,
  0.99470046749582497};
static const double implicit_weights[NODES] = {
  0.013576229705877088, 0.031126761969323728, 0.047579255841246303, 0.062314485627767036, 0.074797994408288354,
  0.084578259697501323, 0.09130170752246182, 0.09472530522753432, 0.09472530522753432, 0.09130170752246182,
  0.084578259697501323, 0.074797994408288354, 0.062314485627767036, 0.047579255841246303, 0.031126761969323728,
  0.013576229705877088};

/* One law at one sample. */
typedef struct {
  double a, b, x; /* the parameter, the other one of the beta law, and the sample */
  double c;       /* the derivative of log p at x */
  bool up;        /* the integral goes from x upward */
} Implicit;

/* The exponent e and the factor at s. */
typedef void (*ImplicitFn)(const Implicit *law, const double *s, double *e, double *factor);

static double implicit_integral(const Implicit *law, ImplicitFn at, double width) {
  double sum = 0, from = 0, s[NODES], e[NODES], factor[NODES];
  for (int panel = 0; panel < 64; panel++) {
    for (int i = 0; i < NODES; i++) s[i] = from + width * implicit_nodes[i];
    at(law, s, e, factor);
#pragma omp simd
    for (int i = 0; i < NODES; i++) factor[i] *= width * implicit_weights[i] * exp(-e[i]);
    for (int i = 0; i < NODES; i++) sum += factor[i];
    from += width;
    width = from;
    if (!(e[NODES - 1] < 40)) break;
  }
  return sum;
}

/* Where e reaches about 1, from its first two derivatives at 0. */
static double implicit_width(double slope, double curvature) {
  const double w = 2 / (slope + sqrt(slope * slope + 2 * curvature));
  return w < 1 ? w : 1;
}

/* The derivative of log Γ: recurrence up to 10, then its asymptotic series. */
static double implicit_digamma(double x) {
  double less = 0;
  for (; x < 10; x++) less += 1 / x;
  const double s = 1 / (x * x);
  const double rest = s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 -
    s * (691.0 / 32760 - s / 12))))));
  return log(x) - 0.5 / x - rest - less;
}

/* t = x exp(±s). */
static void implicit_gamma_at(const Implicit *law, const double *s, double *e, double *factor) {
  const double sign = law->up ? 1 : -1;
#pragma omp simd
  for (int i = 0; i < NODES; i++) {
    const double grown = exp(sign * (s[i] < 700 ? s[i] : 700)) - 1;
    /* The series of exp(z) - 1 where the difference would lose digits. */
    const double z = sign * s[i], near = z * (1 + z * (0.5 + z * (1.0 / 6 + z * (1.0 / 24 + z / 120))));
    const double power = law->x * (fabs(z) < 1e-3 ? near : grown) - law->a * z;
    e[i] = power < 800 ? power : 800;
    factor[i] = law->c + z;
  }
}

static double implicit_gamma(double a, double x) {
  if (!(a > 0 && x > 0 && x < INFINITY)) return x == 0 ? 0 : NAN;
  const Implicit law = {.a = a, .x = x, .c = log(x) - implicit_digamma(a), .up = x > a};
  const double sum = implicit_integral(&law, implicit_gamma_at, implicit_width(fabs(a - x), x));
  return law.up ? x * sum : -x * sum;
}

/* The logit of t is that of x plus or minus s. */
static void implicit_beta_at(const Implicit *law, const double *s, double *e, double *factor) {
  const double side = law->up ? 1 - law->x : law->x, own = law->up ? law->b : law->a, total = law->a + law->b;
  const double moves = law->up ? 0 : 1;
#pragma omp simd
  for (int i = 0; i < NODES; i++) {
    const double fallen = exp(-s[i]) - 1, z = s[i];
    const double near = -z * (1 - z * (0.5 - z * (1.0 / 6 - z * (1.0 / 24 - z / 120))));
    const double change = side * (z < 1e-3 ? near : fallen), w = 1 + change;
    const double d = log(w) + (change - (w - 1)) / w; /* the logarithm of 1 + change, with the digits that w lost */
    e[i] = own * z + total * d;
    factor[i] = law->c - moves * z - d;
  }
}

static double implicit_beta(double x, double a, double total) {
  const double b = total - a, slope = a - total * x;
  if (!(x > 0 && x < 1)) return x == 0 || x == 1 ? 0 : NAN;
  if (!(a > 0 && b > 0)) return NAN;
  const double c = implicit_digamma(total) - implicit_digamma(a) + log(x);
  const Implicit law = {.a = a, .b = b, .x = x, .c = c, .up = slope < 0};
  const double sum = implicit_integral(&law, implicit_beta_at, implicit_width(fabs(slope), total * x * (1 - x)));
  return (law.up ? x : -x) * (1 - x) * sum;
}

static double implicit_gamma_of(const double *v) { return implicit_gamma(v[0], v[1]); }
/* What the backward pass of a Dirichlet sample needs is the derivative of the marginal law over 1 - x. */
static double implicit_dirichlet_of(const double *v) { return implicit_beta(v[0], v[1], v[2]) / (1 - v[0]); }

/* out[i] = f(in[0][i], in[1][i], …) for contiguous tensors of one shape. */
static Status implicit_map(Call *c, int n, double (*f)(const double *values)) {
  const Tensor *out = c->out[0];
  const int64_t size = (int64_t)tensor_itemsize(out);
#pragma omp parallel for schedule(dynamic) if (worth_threads(out->numel, 6000))
  for (int64_t first = 0; first < out->numel; first += PIECE) {
    const int64_t count = out->numel - first < PIECE ? out->numel - first : PIECE;
    double in[3][PIECE], made[PIECE];
    if (interrupt_requested()) continue;
    for (int k = 0; k < n; k++)
      cpu_cast[out->dtype][DTYPE_FLOAT64](count, (char *)in[k], sizeof(double),
                                          (const char *)tensor_data(c->in[k]) + first * size, size);
    for (int64_t i = 0; i < count; i++) made[i] = f((double[]){in[0][i], in[1][i], n > 2 ? in[2][i] : 0});
    cpu_cast[DTYPE_FLOAT64][out->dtype](count, (char *)tensor_data(out) + first * size, size, (const char *)made,
                                        sizeof(double));
  }
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}

Status KERNEL(gamma_slope)(Call *c) { return implicit_map(c, 2, implicit_gamma_of); }
Status KERNEL(dirichlet_slope)(Call *c) { return implicit_map(c, 3, implicit_dirichlet_of); }
