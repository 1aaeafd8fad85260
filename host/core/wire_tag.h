#ifndef MOONWIRE_CORE_WIRE_TAG_H
#define MOONWIRE_CORE_WIRE_TAG_H

#include <stdint.h>

/*
** The bytes of a value: a tag, then what the tag calls for. Both ends are one program
*on
** one machine, so numbers are as the machine has them and there are no versions. A
** count is seven bits a byte, low ones first, the eighth bit set while more follow.
*/
enum wire_tag {
  WIRE_NIL,
  WIRE_FALSE,
  WIRE_TRUE,
  WIRE_INTEGER, /* a count with the sign in its lowest bit */
  WIRE_FLOAT,   /* a lua_Number */
  WIRE_STRING,  /* a count, and so many bytes */
  WIRE_SECRET,  /* a count: which of the secrets that travel along */
  WIRE_TABLE,   /* a struct wire_table, and for each pair a key and a value */
  WIRE_KNOWN,   /* a count: which of the tables before, in the order they began */
};

struct wire_table {
  uint32_t pairs;
  uint32_t array; /* how many of them are 1, 2, 3, …: to make the table in one go */
};

#endif
