/* labels_body.h: multilabel_margin_loss for element type T. is_label has room for a row's classes, and is all false
** before and after.
*/
static void NAME(labels_loss)(int64_t rows, int64_t classes, const void *in, const int64_t *target, bool *is_label,
                              void *result) {
  T *out = result;
  for (int64_t row = 0; row < rows; row++) {
    const T *x = (const T *)in + row * classes;
    const int64_t *labels = target + row * classes, n = labels_of(classes, labels);
    A sum = 0;
    for (int64_t k = 0; k < n; k++) is_label[labels[k]] = true;
    for (int64_t k = 0; k < n; k++)
      for (int64_t i = 0; i < classes; i++) {
        const T margin = 1 - x[labels[k]] + x[i];
        sum += is_label[i] || !(margin > 0) ? 0 : (A)margin;
      }
    for (int64_t k = 0; k < n; k++) is_label[labels[k]] = false;
    out[row] = (T)(sum / (A)classes);
  }
}

static void NAME(labels_gradient)(int64_t rows, int64_t classes, const void *grad, const void *in,
                                  const int64_t *target, bool *is_label, void *result) {
  for (int64_t row = 0; row < rows; row++) {
    const T *x = (const T *)in + row * classes, g = ((const T *)grad)[row] / (T)classes;
    T *out = (T *)result + row * classes;
    const int64_t *labels = target + row * classes, n = labels_of(classes, labels);
    for (int64_t i = 0; i < classes; i++) out[i] = 0;
    for (int64_t k = 0; k < n; k++) is_label[labels[k]] = true;
    for (int64_t k = 0; k < n; k++) {
      int64_t count = 0;
      for (int64_t i = 0; i < classes; i++) {
        if (is_label[i] || !(1 - x[labels[k]] + x[i] > 0)) continue;
        out[i] += g;
        count++;
      }
      out[labels[k]] -= g * (T)count;
    }
    for (int64_t k = 0; k < n; k++) is_label[labels[k]] = false;
  }
}
