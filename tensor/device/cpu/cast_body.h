/* cast_body.h: the strip that makes elements T of elements FROM; included by cast.c for each pair of types. */
static SMALL void NAME(cast)(int64_t n, char *to, int64_t to_stride, const char *from, int64_t from_stride) {
  if (to_stride == (int64_t)sizeof(T) && from_stride == (int64_t)sizeof(FROM)) {
    T *o = (T *)to;
    const FROM *i = (const FROM *)from;
#if defined(CONVERT_ROW) && defined(__F16C__)
    CONVERT_ROW(n, o, i);
#else
    for (int64_t k = 0; k < n; k++) o[k] = CONVERT(i[k]);
#endif
  } else if (to_stride == (int64_t)sizeof(T) && from_stride == 0) {
    T *o = (T *)to;
    const T v = CONVERT(*(const FROM *)from);
    for (int64_t k = 0; k < n; k++) o[k] = v;
  } else
    for (int64_t k = 0; k < n; k++) *(T *)(to + k * to_stride) = CONVERT(*(const FROM *)(from + k * from_stride));
}
