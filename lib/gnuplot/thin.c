/* thin.c: fewer points for the same line. A line of a million points takes gnuplot
** minutes, and where hundreds of them fall on one column of pixels most do not show.
** Of each column the first, the least, the greatest and the last point are kept: what
** is drawn is the same (Jugel et al., "M4: a visualization-oriented time series data
** aggregation", VLDB 2014). Columns are cut on a linear and on a logarithmic axis alike,
** finer than most pictures, so that either kind of axis may be set.
*/
#include <math.h>

#include "vm.h"

int gnuplot_thin(lua_State *L);

#define COLUMNS 1200.0 /* time grows faster than points */

/* Where columns lie: from low to high; what is outside belongs to two more. */
typedef struct {
  double low, scale, log_low, log_scale;
} Columns;

static Columns columns_of(double end, double other_end) {
  const double low = fmin(end, other_end), high = fmax(end, other_end);
  Columns c = {low, 0, 0, 0};
  if (high > low) c.scale = COLUMNS / (high - low);
  double from = low > 0 ? low : high * 1e-9; /* a logarithmic axis begins somewhere */
  if (from > 0 && high > from) {
    c.log_low = log(from);
    c.log_scale = COLUMNS / (log(high) - c.log_low);
  }
  return c;
}

static double clamped(double column) { return column < -1 ? -1 : column > COLUMNS ? COLUMNS : floor(column); }

/* A number that changes where a column of either kind ends. */
static double column_of(const Columns *c, double x) {
  double column = clamped((x - c->low) * c->scale);
  if (c->log_scale > 0 && x > 0) column += (COLUMNS + 2) * clamped((log(x) - c->log_low) * c->log_scale);
  return column;
}

/* The points [first, last] of one column, none while last < first. */
typedef struct {
  const double *points; /* (n, 2) */
  int64_t first, last, least, most;
  double column;
} Run;

/* Writes what is kept of a run, in its order. Returns how many points. */
static int64_t run_flush(Run *r, double *to) {
  int64_t n = 0, kept = -1;
  if (r->last < r->first) return 0;
  int64_t a = r->least < r->most ? r->least : r->most, b = r->least < r->most ? r->most : r->least;
  const int64_t order[4] = {r->first, a, b, r->last};
  for (int i = 0; i < 4; i++) {
    if (order[i] == kept) continue;
    kept = order[i];
    to[2 * n] = r->points[2 * kept];
    to[2 * n + 1] = r->points[2 * kept + 1];
    n++;
  }
  r->last = r->first - 1;
  return n;
}

static void run_add(Run *r, int64_t i, double column) {
  if (r->last < r->first) {
    r->first = r->least = r->most = i;
    r->column = column;
  }
  r->last = i;
  if (r->points[2 * i + 1] < r->points[2 * r->least + 1]) r->least = i;
  if (r->points[2 * i + 1] > r->points[2 * r->most + 1]) r->most = i;
}

/* Thins n points; 'to' has room for n. A stretch of NaN becomes one. Returns how many
** points there are, or -1 if x goes back somewhere. */
static int64_t thin(const double *p, int64_t n, const Columns *c, double *to) {
  Run run = {.points = p, .first = 0, .last = -1};
  int64_t count = 0;
  double before = -INFINITY;
  for (int64_t i = 0; i < n; i++) {
    double x = p[2 * i];
    if (isnan(x) || isnan(p[2 * i + 1])) {
      count += run_flush(&run, to + 2 * count);
      if (count == 0 || !isnan(to[2 * count - 1])) {
        to[2 * count] = to[2 * count + 1] = NAN;
        count++;
      }
      continue;
    }
    if (x < before) return -1;
    before = x;
    double column = column_of(c, x);
    if (run.last >= run.first && column != run.column) count += run_flush(&run, to + 2 * count);
    run_add(&run, i, column);
  }
  return count + run_flush(&run, to + 2 * count);
}

static void range_of(const double *p, int64_t n, double *low, double *high) {
  *low = INFINITY, *high = -INFINITY;
  for (int64_t i = 0; i < n; i++) {
    *low = fmin(*low, p[2 * i]);
    *high = fmax(*high, p[2 * i]);
  }
}

/* thin(points [, low [, high]]) → bytes of fewer points, their number: points is float64
** (n, 2), contiguous; low and high are the ends of the axis that is shown. Nil where x
** goes back. */
int gnuplot_thin(lua_State *L) {
  lua_settop(L, 3);
  Tensor *t = tensor_host(L, tensor_check(L, 1, "thin", "points"), "thin");
  luaL_argcheck(L, t->dtype == DTYPE_FLOAT64 && t->ndim == 2 && t->shape[1] == 2 && tensor_is_contiguous(t), 1,
                "not contiguous float64 (n, 2)");
  int64_t n = t->shape[0];
  double low, high;
  range_of(tensor_data(t), n, &low, &high);
  Columns columns = columns_of(luaL_optnumber(L, 2, low), luaL_optnumber(L, 3, high));
  luaL_Buffer bytes;
  double *to = (double *)(void *)luaL_buffinitsize(L, &bytes, (size_t)n * 2 * sizeof(double) + 1);
  int64_t count = thin(tensor_data(t), n, &columns, to);
  if (count < 0) {
    lua_pushnil(L);
    return 1;
  }
  luaL_pushresultsize(&bytes, (size_t)count * 2 * sizeof(double));
  lua_pushinteger(L, (lua_Integer)count);
  return 2;
}
