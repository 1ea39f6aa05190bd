/* iter_pack_body.h: for iter.c: copies a tile, whose rows lie 'along' bytes apart and columns 'step' bytes, row after
** row. It goes down the columns, for the elements of a column lie side by side.
*/
static void NAME(iter_pack)(int64_t rows, int64_t columns, int64_t along, int64_t step, const char *from, char *to) {
  int64_t j = 0;
  if (along == (int64_t)sizeof(T)) /* four columns at a time: what is written to a row lies side by side */
    for (; j + 4 <= columns; j += 4) {
      const T *a = (const T *)(from + j * step), *b = (const T *)(from + (j + 1) * step);
      const T *c = (const T *)(from + (j + 2) * step), *d = (const T *)(from + (j + 3) * step);
      T *row = (T *)to + j;
      for (int64_t i = 0; i < rows; i++, row += TILE_COLUMNS) {
        row[0] = a[i];
        row[1] = b[i];
        row[2] = c[i];
        row[3] = d[i];
      }
    }
  for (; j < columns; j++)
    for (int64_t i = 0; i < rows; i++) ((T *)to)[i * TILE_COLUMNS + j] = *(const T *)(from + j * step + i * along);
}
