/* iter_pack_body.h: for iter.c: copies a tile, whose rows lie 'along' bytes apart and columns 'step' bytes, row after
** row. It goes down the columns, for the elements of a column lie side by side.
*/
static void NAME(iter_pack)(int64_t rows, int64_t columns, int64_t along, int64_t step, const char *from, char *to) {
  for (int64_t j = 0; j < columns; j++)
    for (int64_t i = 0; i < rows; i++) ((T *)to)[i * TILE_COLUMNS + j] = *(const T *)(from + j * step + i * along);
}
