/* pattern.h: regular expressions of tokenizers, in the syntax of Oniguruma, by PCRE2; and plain texts. */
#ifndef TOKENIZERS_PATTERN_H
#define TOKENIZERS_PATTERN_H

#include "tokenizers/core/memory.h"

typedef struct Pattern Pattern;

/* What a thread needs to match; zeroed at first. */
typedef struct { void *data; } Matcher;
void matcher_free(Matcher *m);

/* A part of a text that matches, or one between matches: bytes from … to - 1. */
typedef struct { uint32_t from, to; bool matched; } Segment;
typedef VECTOR(Segment) Segments;

/* A pattern of a regular expression, or of a text that stands for itself. Fails with what is wrong and where. */
Pattern *pattern_new(Failure *f, const char *source, size_t n, bool literal);
void pattern_free(Pattern *p);
/* The segments of a text, in order; none of one that is empty. */
void pattern_segments(Failure *f, Matcher *m, const Pattern *p, const char *bytes, size_t n, Segments *out);

#endif
