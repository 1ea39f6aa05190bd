/* lexer.h: the words of a text form, one after another: see text.c. */
#ifndef HECATE_GRAPH_LEXER_H
#define HECATE_GRAPH_LEXER_H

#include "graph.h"

typedef enum {
  WORD_END,
  WORD_NAME,   /* letters, digits, '_', '.': also true, none, nan */
  WORD_VALUE,  /* %12: number */
  WORD_INT,
  WORD_FLOAT,
  WORD_TEXT,   /* "quoted", without quotes and escapes */
  WORD_SIGN    /* one of ( ) [ ] { } , : = */
} WordKind;

#define WORD_BYTES 256
typedef struct {
  const char *at; /* behind the word */
  int line;
  WordKind kind;
  char sign;
  int64_t integer;
  double real;
  char text[WORD_BYTES];
} Lexer;

void lexer_start(Lexer *x, const char *text);
/* Reads the next word; comments are passed over. */
Status lexer_next(Lexer *x);
/* "graph: line 3: expected …, got …" */
Status lexer_expected(const Lexer *x, const char *what);
/* Reads the comment "place scope" of the line behind the last word. Each result has WORD_BYTES; "": none. */
void lexer_comment(const Lexer *x, char *place, char *scope);

/* The value of a hexadecimal digit in lower case, -1: it is none. */
int hex_digit(char c);

static inline bool lexer_is(const Lexer *x, char sign) { return x->kind == WORD_SIGN && x->sign == sign; }
static inline bool lexer_is_name(const Lexer *x, const char *name) {
  return x->kind == WORD_NAME && strcmp(x->text, name) == 0;
}

#endif
