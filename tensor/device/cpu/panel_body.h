/* panel_body.h: packed matrices of element type T, and the sums over their rows. */
typedef T NAME(PanelVector) __attribute__((vector_size(PANEL_BYTES), aligned(sizeof(T)), may_alias));

enum { NAME(PANEL_LANES) = PANEL_BYTES / sizeof(T), NAME(PANEL_WIDTH) = PANEL_VECTORS * PANEL_BYTES / sizeof(T) };

static void NAME(panel_pack)(Matrix m, int64_t panel, void *out) {
  T *to = out;
  const T *data = m.data;
  const int64_t from = panel * NAME(PANEL_WIDTH), rest = m.columns - from;
  const int64_t columns = rest < NAME(PANEL_WIDTH) ? rest : NAME(PANEL_WIDTH);
  for (int64_t k = 0; k < m.rows; k++, to += NAME(PANEL_WIDTH)) {
    for (int64_t j = 0; j < columns; j++) to[j] = data[k * m.row + (from + j) * m.column];
    for (int64_t j = columns; j < NAME(PANEL_WIDTH); j++) to[j] = 0;
  }
}

#define PANEL(x) NAME(panel_##x)
#define PANEL_TERM(a, row) ((a) * (row))
#include "device/cpu/panel_sums_body.h"
#undef PANEL
#undef PANEL_TERM

#define PANEL(x) NAME(panel_square_##x)
#define PANEL_TERM(a, row) (((row) - (a)) * ((row) - (a)))
#include "device/cpu/panel_sums_body.h"
#undef PANEL
#undef PANEL_TERM
