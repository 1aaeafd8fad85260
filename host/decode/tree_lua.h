#ifndef MOONWIRE_DECODE_TREE_LUA_H
#define MOONWIRE_DECODE_TREE_LUA_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#define TREE_DEEPEST 64

/*
** Lists and maps that grow as a parser reads, each on the stack above the one it is in;
** for a map the key that waits for its value comes in between.
*/
struct tree {
  lua_State *L;
  int objects; /* where on the stack the metatable of maps is */
  int arrays;  /* that of lists */
  int depth;   /* how many are open */
  struct tree_level {
    bool is_map;
    int count; /* of its values so far */
  } levels[TREE_DEEPEST + 1];
  int hints[TREE_DEEPEST + 1]; /* how large the last one at this depth became */
};

/* Begin a list or a map; false when it lies too deep. */
bool tree_open(struct tree *tree, bool is_map);

/* A key, for the value that comes next; false when it is there already. */
bool tree_key(struct tree *tree, const char *key, size_t length);

/* The value on top goes to its place; at depth 0 it stays there. */
void tree_value(struct tree *tree);

/* The innermost one is over: it is a value on top now. */
void tree_close(struct tree *tree);

#endif
