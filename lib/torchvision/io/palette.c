/* palette.c: see gif_codec.h. The colours are found by median cut (Heckbert, "Color image quantization for frame buffer
** display", SIGGRAPH 1982): a histogram of 15 bits a colour, whose boxes are cut where half of their pixels lie on each
** side, the box of the widest range times pixels first.
*/
#include "gif_codec.h"

enum { CELL_BITS = 5, CELLS = 1 << (3 * CELL_BITS) };

typedef struct {
  uint32_t pixels[CELLS];
  uint64_t sum[CELLS][3]; /* of the values of the pixels in a cell */
  uint16_t order[CELLS];  /* the cells that have pixels; those of a box stand side by side */
  uint8_t index[CELLS];   /* the colour of each cell */
} Histogram;

typedef struct {
  int first, n; /* cells */
  uint64_t pixels;
  int axis, range; /* the channel in which the box is widest, and how wide */
} Box;

static int cell_of(const uint8_t *rgb) {
  return (rgb[0] >> (8 - CELL_BITS)) << (2 * CELL_BITS) | (rgb[1] >> (8 - CELL_BITS)) << CELL_BITS |
         rgb[2] >> (8 - CELL_BITS);
}

static int cell_level(int cell, int axis) { return cell >> ((2 - axis) * CELL_BITS) & ((1 << CELL_BITS) - 1); }

/* ---- few colours ----------------------------------------------------------------------------------- */

/* The index of a colour in the palette, which it joins; -1: the palette is full. */
static int palette_exact_index(Palette *p, int16_t *table, const uint8_t *rgb) {
  enum { TABLE = 1024 };
  uint32_t at = ((uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2]) * 2654435761u >> 22;
  while (table[at] >= 0 && memcmp(p->colours[table[at]], rgb, 3) != 0) at = (at + 1) % TABLE;
  if (table[at] >= 0) return table[at];
  if (p->n == PALETTE_COLOURS) return -1;
  memcpy(p->colours[p->n], rgb, 3);
  return table[at] = (int16_t)p->n++;
}

/* The palette of a picture with no more colours than it holds; false: it has more. */
static bool palette_exact(const uint8_t *rgb, int64_t pixels, Palette *p, uint8_t *indices) {
  int16_t table[1024];
  memset(table, 0xff, sizeof table);
  p->n = 0;
  for (int64_t i = 0; i < pixels; i++) {
    const int index = palette_exact_index(p, table, rgb + 3 * i);
    if (index < 0) return false;
    indices[i] = (uint8_t)index;
  }
  return true;
}

/* ---- median cut ------------------------------------------------------------------------------------ */

static void box_measure(const Histogram *h, Box *box) {
  int low[3] = {255, 255, 255}, high[3] = {0, 0, 0};
  box->pixels = 0;
  for (int i = box->first; i < box->first + box->n; i++) {
    const int cell = h->order[i];
    box->pixels += h->pixels[cell];
    for (int axis = 0; axis < 3; axis++) {
      const int level = cell_level(cell, axis);
      if (level < low[axis]) low[axis] = level;
      if (level > high[axis]) high[axis] = level;
    }
  }
  box->axis = 0;
  for (int axis = 1; axis < 3; axis++)
    if (high[axis] - low[axis] > high[box->axis] - low[box->axis]) box->axis = axis;
  box->range = high[box->axis] - low[box->axis];
}

/* Sorts the cells of a box by their level along its axis (counting sort). */
static void box_sort(Histogram *h, const Box *box, uint16_t *scratch) {
  enum { LEVELS = 1 << CELL_BITS };
  int start[LEVELS + 1] = {0};
  uint16_t *cells = h->order + box->first;
  for (int i = 0; i < box->n; i++) start[cell_level(cells[i], box->axis) + 1]++;
  for (int l = 0; l < LEVELS; l++) start[l + 1] += start[l];
  for (int i = 0; i < box->n; i++) scratch[start[cell_level(cells[i], box->axis)]++] = cells[i];
  memcpy(cells, scratch, sizeof *cells * (size_t)box->n);
}

/* Cuts a box of more than one level in two; the second part is *other. */
static void box_cut(Histogram *h, Box *box, Box *other, uint16_t *scratch) {
  box_sort(h, box, scratch);
  uint64_t before = 0;
  int at = 0;
  while (at < box->n - 2 && (before += h->pixels[h->order[box->first + at]]) * 2 < box->pixels) at++;
  *other = (Box){.first = box->first + at + 1, .n = box->n - at - 1};
  box->n = at + 1;
  box_measure(h, box);
  box_measure(h, other);
}

static int palette_cut(Histogram *h, Box *boxes, int cells, uint16_t *scratch) {
  int n = 1;
  boxes[0] = (Box){.first = 0, .n = cells};
  box_measure(h, &boxes[0]);
  while (n < PALETTE_COLOURS) {
    int best = -1;
    for (int i = 0; i < n; i++)
      if (boxes[i].n > 1 && (best < 0 || boxes[i].pixels * (uint64_t)boxes[i].range >
                                             boxes[best].pixels * (uint64_t)boxes[best].range)) best = i;
    if (best < 0) break;
    box_cut(h, &boxes[best], &boxes[n++], scratch);
  }
  return n;
}

/* A box's colour is the mean of its pixels. */
static void palette_fill(Histogram *h, const Box *boxes, Palette *p) {
  for (int i = 0; i < p->n; i++)
    for (int c = 0; c < 3; c++) {
      uint64_t sum = 0;
      for (int k = boxes[i].first; k < boxes[i].first + boxes[i].n; k++) {
        sum += h->sum[h->order[k]][c];
        h->index[h->order[k]] = (uint8_t)i;
      }
      p->colours[i][c] = (uint8_t)((sum + boxes[i].pixels / 2) / boxes[i].pixels);
    }
}

bool palette_choose(const uint8_t *rgb, int64_t pixels, Palette *palette, uint8_t *indices) {
  if (palette_exact(rgb, pixels, palette, indices)) return true;
  Histogram *h = calloc(1, sizeof *h);
  uint16_t *scratch = malloc(sizeof *scratch * CELLS);
  if (h != NULL && scratch != NULL) {
    Box boxes[PALETTE_COLOURS];
    int cells = 0;
    for (int64_t i = 0; i < pixels; i++) {
      const int cell = cell_of(rgb + 3 * i);
      h->pixels[cell]++;
      for (int c = 0; c < 3; c++) h->sum[cell][c] += rgb[3 * i + c];
    }
    for (int cell = 0; cell < CELLS; cell++)
      if (h->pixels[cell] > 0) h->order[cells++] = (uint16_t)cell;
    palette->n = palette_cut(h, boxes, cells, scratch);
    palette_fill(h, boxes, palette);
    for (int64_t i = 0; i < pixels; i++) indices[i] = h->index[cell_of(rgb + 3 * i)];
  }
  const bool done = h != NULL && scratch != NULL;
  free(h);
  free(scratch);
  return done;
}
