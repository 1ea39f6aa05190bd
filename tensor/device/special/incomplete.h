/* incomplete.h: the incomplete gamma functions. See special_math.h. P(a, x) is the share of Γ(a) below x, Q(a, x) that
** above; each is computed where it is the smaller one. */

/* log(1 + x) - x for |x| <= 0.4. */
SCALAR_FUNCTION double log1p_minus(double x) {
  double power = x, sum = 0;
  for (int k = 2; k < 60; k++) {
    power *= -x;
    const double term = power / k;
    sum += term;
    if (fabs(term) < fabs(sum) * 1e-17) break;
  }
  return sum;
}
/* The logarithm of Γ(a) / (√(2π / a) (a / e)^a) for a >= 10: Stirling's series. */
SCALAR_FUNCTION double stirling_rest(double a) {
  const double s = 1 / (a * a);
  return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188 - s * (691.0 / 360360 -
    s / 156)))))) / a;
}
/* x^a exp(-x) / Γ(a). */
LONG_FUNCTION double gamma_density(double a, double x) {
  if (a < 10) return pow(x, a) * exp(-x) / tgamma(a);
  const double mu = (x - a) / a, exponent = fabs(mu) > 0.4 ? log(x / a) - mu : log1p_minus(mu);
  return sqrt(a / 6.2831853071795864769) * exp(a * exponent - stirling_rest(a));
}

/* P by its power series. */
LONG_FUNCTION double igamma_series(double a, double x) {
  double term = 1, sum = 1;
  for (int n = 1; n < 4000 && term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return gamma_density(a, x) * sum / a;
}
/* Q by its continued fraction, from the front: Lentz' algorithm. */
LONG_FUNCTION double igammac_fraction(double a, double x) {
  double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (int n = 1; n < 4000; n++) {
    const double numerator = n * (a - n);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    h *= c * d;
    if (fabs(c * d - 1) < 1e-16) break;
  }
  return gamma_density(a, x) * h;
}
/* Q for small x: 1 - x^a / Γ(a + 1) and the other terms of the power series. lgamma(1 + a) is a series. */
LONG_FUNCTION double igammac_series(double a, double x) {
  static const double series[] = {
      -0.5772156649015329, 0.41123351671205655, -0.10017140859663266, 0.033822601053479576, -0.012961596939306022,
      0.005298661780901225, -0.002250779636608288, 0.0009805442982990572, -0.00043489948221950563,
      0.00019550669728001717, -8.882222595652844e-05, 4.070049540330045e-05, -1.8782688400384684e-05,
      8.718134345421905e-06, -4.067770293473459e-06, 1.9127014915305183e-06, -9.014793572649296e-07,
      4.121921067571674e-07, -1.9284675279470471e-07, 1.1339892029827825e-07, -5.690774547052658e-08,
      2.2503569604917574e-09, 1.3416285834333462e-09, 1.9048640112066067e-08, -1.0457694646983121e-08,
      -5.211705188297646e-09, 2.930006921758862e-09, 1.7378792315914402e-09, -8.990809043424478e-10};
  const double logarithm = fabs(a) <= 0.5 ? a * SERIES_SUM(series, 2 * a) : lgamma(1 + a);
  const double first = a * log(x) - logarithm;
  double power = 1, sum = 0;
  for (int n = 1; n < 200; n++) {
    power *= -x / n;
    const double term = power / (a + n);
    sum += term;
    if (fabs(term) <= fabs(sum) * 1e-17) break;
  }
  return -expm1(first) - a * exp(first) * sum;
}
/* Temme's expansion, for a > 20 near a or a large: half an erfc and a correction, which has its sign. Row k has the
** terms of a^-k in η, 24 - 2 k of them. Gives P where 'below', else Q. */
LONG_FUNCTION double igamma_temme(double a, double x, bool below) {
  static const double terms[] = {
      -0.33333333333333331, 0.083333333333333329, -0.014814814814814815, 0.0011574074074074073,
      0.00035273368606701942, -0.0001787551440329218, 3.9192631785224377e-05, -2.185448510679992e-06,
      -1.85406221071516e-06, 8.2967113409530865e-07, -1.7665952736826078e-07, 6.7078535434014984e-09,
      1.0261809784240309e-08, -4.3820360184533529e-09, 9.1476995822367902e-10, -2.5514193994946248e-11,
      -5.8307721325504256e-11, 2.4361948020667415e-11, -5.0276692801141755e-12, 1.1004392031956135e-13,
      3.3717632624009851e-13, -1.3923887224181621e-13, 2.8534893807047445e-14, -5.1391118342425723e-16,
      -0.0018518518518518519, -0.003472222222222222, 0.0026455026455026454, -0.00099022633744855963,
      0.00020576131687242798, -4.018775720164609e-07, -1.8098550334489977e-05, 7.6491609160811098e-06,
      -1.6120900894563446e-06, 4.647127802807434e-09, 1.3786334469157209e-07, -5.7525456035177047e-08,
      1.1951628599778148e-08, -1.7543241719747647e-11, -1.0091543710600413e-09, 4.1627929918425828e-10,
      -8.5639070264929801e-11, 6.0672151016047582e-14, 7.1624989648114856e-12, -2.9331866437714371e-12,
      5.9966963656836885e-13, -2.1671786527323313e-16,
      0.0041335978835978834, -0.0026813271604938273, 0.0007716049382716049, 2.0093878600823047e-06,
      -0.0001073665322636516, 5.2923448829120125e-05, -1.2760635188618728e-05, 3.4235787340961378e-08,
      1.3721957309062934e-06, -6.2989921383800548e-07, 1.4280614206064242e-07, -2.0477098421990866e-10,
      -1.409252991086752e-08, 6.2289740849220218e-09, -1.3670488396617114e-09, 9.428356159014678e-13,
      1.2872252400089318e-10, -5.5645956134363323e-11, 1.1975935546366981e-11, -4.1689782251838634e-15,
      0.00064943415637860077, 0.00022947209362139917, -0.0004691894943952557, 0.00026772063206283885,
      -7.5618016718839766e-05, -2.3965051138672968e-07, 1.1082654115347302e-05, -5.6749528269915965e-06,
      1.4230900732435883e-06, -2.7861080291528143e-11, -1.6958404091930278e-07, 8.0994649053880827e-08,
      -1.9111168485973655e-08, 2.3928620439808118e-12, 2.0620131815488797e-09, -9.460496661855133e-10,
      2.1541049775774907e-10, -1.388823336813903e-14,
      -0.00086188829091671173, 0.00078403922172006662, -0.00029907248030319018, -1.4638452578843418e-06,
      6.6414982154651219e-05, -3.9683650471794347e-05, 1.1375726970678419e-05, 2.5074972262375329e-10,
      -1.6954149536558305e-06, 8.9075075322053094e-07, -2.2929348340008049e-07, 2.9567941375440492e-11,
      2.8865829742708783e-08, -1.4189739437803219e-08, 3.4463580499464896e-09, -2.3024517174528067e-13,
      -0.00033679855336635813, -6.9728137583658571e-05, 0.00027727532449593918, -0.00019932570516188847,
      6.797780477937208e-05, 1.4190629206439671e-07, -1.3594048189768693e-05, 8.018470256334202e-06,
      -2.2914811765080952e-06, -3.2524735512984538e-10, 3.4652846491085265e-07, -1.8447187191171344e-07,
      4.8240967037894184e-08, -1.7989466721743514e-14,
      0.00053130793646399225, -0.00059216643735369393, 0.0002708782096718045, 7.9023532326603281e-07,
      -8.1539693675619691e-05, 5.6116827531062497e-05, -1.8329116582843375e-05, -3.0796134506033047e-09,
      3.4651553688036091e-06, -2.0291327396058603e-06, 5.7887928631490039e-07, 2.3386306738266568e-13,
      0.00034436760689237765, 5.1717909082605919e-05, -0.00033493161081142234, 0.00028126951547632369,
      -0.00010976582244684731, -1.2741009095484485e-07, 2.7744451511563645e-05, -1.8263488805711332e-05,
      5.7876949497350525e-06, 4.9387589339362701e-10,
      -0.00065262391859530937, 0.00083949872067208726, -0.00043829709854172099, -6.9690914584205523e-07,
      0.00016644846642067547, -0.00012783517679769218, 4.6299532636913042e-05, 4.557909867922708e-09,
      -0.00059676129019274626, -7.2048954160200109e-05, 0.0006782308837667328, -0.0006401475260262758,
      0.00027750107634328704, 1.8197008380465151e-07};
  const double mu = (x - a) / a, half = -log1p_minus(mu); /* η² / 2 */
  const double eta = copysign(sqrt(2 * half), mu);
  double sum = 0, scale = 1;
  const double *row = terms;
  for (int k = 0; k < 10; k++) {
    const int n = 24 - 2 * k;
    double inner = row[n - 1];
    for (int i = n - 2; i >= 0; i--) inner = inner * eta + row[i];
    sum += inner * scale;
    scale /= a;
    row += n;
  }
  const double correction = exp(-a * half) / sqrt(6.2831853071795864769 * a) * sum;
  const double edge = eta * sqrt(a / 2);
  return below ? erfc(-edge) / 2 - correction : erfc(edge) / 2 + correction;
}

/* Where a, x have no number for an answer, or one without computing. -1: they have. */
SCALAR_FUNCTION double igamma_edge(double a, double x) {
  if (!(a >= 0 && x >= 0) || (a == 0 && x == 0) || (a == (double)INFINITY && x == (double)INFINITY))
    return (double)NAN;
  if (a == 0 || x == (double)INFINITY) return 1;
  return x == 0 || a == (double)INFINITY ? 0 : -1;
}
SCALAR_FUNCTION bool igamma_is_near(double a, double x) {
  const double mu = fabs(x - a) / a;
  return (a > 20 && mu < 0.3) || (a > 200 && mu * mu * a < 20.25);
}
/* P, the gamma distribution, and Q. */
LONG_FUNCTION double igamma_of(double a, double x) {
  const double edge = igamma_edge(a, x);
  if (!(edge == -1)) return edge;
  if (igamma_is_near(a, x)) return igamma_temme(a, x, true);
  if (x <= 1 || x <= a) return igamma_series(a, x);
  return x <= 1.1 ? 1 - igammac_series(a, x) : 1 - igammac_fraction(a, x);
}
LONG_FUNCTION double igammac_of(double a, double x) {
  const double edge = igamma_edge(a, x);
  if (!(edge == -1)) return 1 - edge;
  if (igamma_is_near(a, x)) return igamma_temme(a, x, false);
  if (x <= 1.1) {
    const bool smaller = x <= 0.5 ? a * log(x) < -0.4 : 1.1 * x < a; /* P */
    return smaller ? 1 - igamma_series(a, x) : igammac_series(a, x);
  }
  return x < a ? 1 - igamma_series(a, x) : igammac_fraction(a, x);
}
