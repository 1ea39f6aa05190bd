/* fault.h: what a kernel can find wrong with its data. A kernel notes a bit and goes on with any number; the road
** looks at the bits after the call and makes the message (kernel_fault_take), for a device has no text.
*/
#ifndef HECATE_FAULT_H
#define HECATE_FAULT_H

enum {
  FAULT_TEXT = 1,     /* the CPU has written a text, see kernel_fault */
  FAULT_DIVISION = 2, /* an integer divided by zero */
  FAULT_CLASS = 4,    /* a target is none of the classes */
  FAULT_PROBABILITY = 8, /* a probability is not from 0 to 1 */
  FAULT_POSITION = 16,   /* a position is out of range */
};

#endif
