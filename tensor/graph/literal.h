/* literal.h: numbers, devices and attributes in the text form of a graph. Each function reads from the current
** word of the lexer to the word behind what it read.
*/
#ifndef HECATE_GRAPH_LITERAL_H
#define HECATE_GRAPH_LITERAL_H

#include "lexer.h"

Status literal_scalar(Lexer *x, Scalar *out);
Status literal_device(Lexer *x, Device *out);
/* The value of an attribute, into its place in the attributes of the op. */
Status literal_attribute(Lexer *x, const OpArg *arg, void *attrs);

#endif
