/*
** replay.c - the inputs of a corpus once more, in any compiler's program: as they are,
** cut short, and changed a little, always in the same ways.
**   replay TARGET INPUT...
*/
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"

enum { LARGEST = 1 << 20, CHANGED = 40, CUT = 10 };

static uint32_t next(uint32_t *random)
{
  *random = *random * UINT32_C(1664525) + UINT32_C(1013904223);
  return *random >> 16;
}

/* In memory of just that size, so that a sanitizer sees every step beyond. */
static void run(target_run *target, const uint8_t *data, size_t size)
{
  uint8_t *exact = malloc(size > 0 ? size : 1);
  target_require(exact != NULL, "there is memory");
  if (size > 0)
    memcpy(exact, data, size);
  target(exact, size);
  free(exact);
}

static void change(uint8_t *data, size_t size, uint32_t *random)
{
  for (uint32_t n = 1 + next(random) % 4; n > 0; n--) {
    size_t from = next(random) % size, to = next(random) % size;
    switch (next(random) % 3) {
    case 0:
      data[from] = (uint8_t)next(random);
      break;
    case 1:
      data[from] ^= (uint8_t)(1U << next(random) % 8);
      break;
    default:
      data[to] = data[from];
    }
  }
}

static size_t run_all(target_run *target, const uint8_t *data, size_t size)
{
  uint32_t random = (uint32_t)size;
  uint8_t *changed = malloc(size > 0 ? size : 1);
  target_require(changed != NULL, "there is memory");
  run(target, data, size);
  for (size_t i = 1; size > 0 && i <= CUT; i++)
    run(target, data, size * i / (CUT + 1));
  for (size_t i = 0; size > 0 && i < CHANGED; i++) {
    memcpy(changed, data, size);
    change(changed, size, &random);
    run(target, changed, size);
  }
  free(changed);
  return size > 0 ? 1 + CUT + CHANGED : 1;
}

static size_t replay(target_run *target, const char *path, uint8_t *room)
{
  FILE *file = fopen(path, "rb");
  target_require(file != NULL, path);
  size_t size = fread(room, 1, LARGEST, file);
  fclose(file);
  return run_all(target, room, size);
}

int main(int argc, char **argv)
{
  target_run *target = argc > 2 ? target_open(argv[1]) : NULL;
  uint8_t *room = malloc(LARGEST);
  size_t count = 0;
  target_require(target != NULL, "replay TARGET INPUT...");
  target_require(room != NULL, "there is memory");
  for (int i = 2; i < argc; i++)
    count += replay(target, argv[i], room);
  free(room);
  printf("%zu inputs, no promise broken\n", count);
  return 0;
}
