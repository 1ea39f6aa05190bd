/* bind.h: what the Lua side of this library shares. */
#ifndef TOKENIZERS_BIND_H
#define TOKENIZERS_BIND_H

#include "tokenizers/core/tokenizer.h"
#include "vm.h"

typedef struct { Object object; Pattern *pattern; } PatternBox;
typedef struct { Object object; Steps steps; } StepsBox;
typedef struct { Object object; Model model; } ModelBox;

#define MAX_THREADS 64

/* User values: the model, the normalizer, the pre-tokenizer. */
typedef struct {
  Object object;
  Tokenizer tokenizer;
  Work work[MAX_THREADS]; /* the first serves calls without threads */
} TokenizerBox;

/* User values: the tokenizer; the encoding that this is a part of, whose block and labels it uses. */
typedef struct {
  Object object;
  Encoding *encoding;
  char *labels;
  bool owns;
} EncodingBox;

extern const Class pattern_class, steps_class, model_class, tokenizer_class, encoding_class;
extern const luaL_Reg steps_functions[], model_functions[], tokenizer_functions[], encoding_functions[],
  batch_functions[], train_functions[];

/* A copy of the text at 'index' that ends with a zero byte, to be freed; NULL for nil. Fails where there is no
** memory. */
char *copy_text(lua_State *L, Failure *f, int index);
/* The field of the table at 'index': a boolean, a count, the place of a name in 'names' (0 for nil). */
bool field_bool(lua_State *L, int index, const char *name);
size_t field_count(lua_State *L, int index, const char *name);
int field_among(lua_State *L, int index, const char *name, const char *const *names);
/* Pushes nil and the message: what the Lua side raises with the names of its function and file. */
int push_failure(lua_State *L, const Failure *f);
/* Pushes an empty box of an encoding of the tokenizer at 'index'. */
EncodingBox *push_encoding(lua_State *L, int index);
/* Fills it with a copy of what a call of encode made; fails where there is no memory. */
void fill_encoding(Failure *f, EncodingBox *box, const Encoding *e, const char *labels, size_t n_labels);
/* The texts of an input at 'index', a string or an array of strings: pointers in a userdata that is pushed. */
Input read_input(lua_State *L, int index);

#endif
