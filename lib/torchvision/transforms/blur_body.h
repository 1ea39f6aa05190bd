/* blur_body.h: private to blur.c, which includes it once for each type T; A is the type of sums. */

/* out[j] = sum of weights[k] * rows[k][j]. */
CLONES static void NAME(blur_sum)(const A *const *rows, const A *weights, int n, int64_t width, T *out) {
  int64_t j = 0;
  for (; j + BLOCK <= width; j += BLOCK) {
    A sums[BLOCK] = {0};
    for (int k = 0; k < n; k++)
      for (int l = 0; l < BLOCK; l++) sums[l] += weights[k] * rows[k][j + l];
    for (int l = 0; l < BLOCK; l++) out[j + l] = FROM_SUM(sums[l]);
  }
  for (; j < width; j++) {
    A sum = 0;
    for (int k = 0; k < n; k++) sum += weights[k] * rows[k][j];
    out[j] = FROM_SUM(sum);
  }
}

/* out[j] = sum of weights[k] * row[j + k]. */
CLONES static void NAME(blur_along)(const A *row, const A *weights, int n, int64_t width, A *out) {
  int64_t j = 0;
  for (; j + BLOCK <= width; j += BLOCK) {
    A sums[BLOCK] = {0};
    for (int k = 0; k < n; k++)
      for (int l = 0; l < BLOCK; l++) sums[l] += weights[k] * row[j + k + l];
    for (int l = 0; l < BLOCK; l++) out[j + l] = sums[l];
  }
  for (; j < width; j++) {
    A sum = 0;
    for (int k = 0; k < n; k++) sum += weights[k] * row[j + k];
    out[j] = sum;
  }
}

/* The row with its mirror images at both ends. */
static void NAME(blur_pad)(const T *row, int64_t width, int64_t radius, A *out) {
  for (int64_t j = 0; j < width; j++) out[radius + j] = (A)row[j];
  for (int64_t j = 1; j <= radius; j++) {
    out[radius - j] = (A)row[blur_mirrored(-j, width)];
    out[radius + width - 1 + j] = (A)row[blur_mirrored(width - 1 + j, width)];
  }
}

/* Memory: the weights, a padded row, as many blurred rows as there are weights along a column. */
static void NAME(blur_plane)(const T *in, T *out, const Blur *b, A *memory, const A **rows) {
  A *x = memory, *y = x + b->nx, *padded = y + b->ny, *ring = padded + b->width + b->nx;
  const int64_t radius = b->ny / 2;
  int64_t done = 0; /* rows that have been blurred */
  for (int64_t i = 0; i < b->height; i++) {
    const int64_t last = i + radius < b->height ? i + radius : b->height - 1;
    for (; done <= last; done++) {
      NAME(blur_pad)(in + done * b->width, b->width, b->nx / 2, padded);
      NAME(blur_along)(padded, x, b->nx, b->width, ring + done % b->ny * b->width);
    }
    for (int64_t k = 0; k < b->ny; k++)
      rows[k] = ring + blur_mirrored(i - radius + k, b->height) % b->ny * b->width;
    NAME(blur_sum)(rows, y, b->ny, b->width, out + i * b->width);
  }
}

static Status NAME(blur_planes)(const T *in, T *out, int64_t planes, const Blur *b) {
  const size_t numbers = (size_t)(b->nx + b->ny + b->width + b->nx + b->ny * b->width) * sizeof(A);
  const size_t head = (size_t)b->ny * sizeof(A *), bytes = numbers + head;
  const A **rows = memory_alloc(bytes);
  if (rows == NULL) return ERROR_MEMORY;
  A *memory = (A *)(rows + b->ny);
  for (int k = 0; k < b->nx; k++) memory[k] = (A)b->x[k];
  for (int k = 0; k < b->ny; k++) memory[b->nx + k] = (A)b->y[k];
  for (int64_t p = 0; p < planes && !interrupt_requested(); p++)
    NAME(blur_plane)(in + p * b->height * b->width, out + p * b->height * b->width, b, memory, rows);
  memory_free(rows, bytes);
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}
