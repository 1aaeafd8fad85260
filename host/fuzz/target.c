/*
** target.c - which target a name means. libFuzzer is told by the environment, since the
** command line belongs to it; the replay of a corpus (replay.c) asks here itself.
*/
#include "fuzz/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(const int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static target_run *chosen;

void target_break(const char *promise)
{
  fprintf(stderr, "broken: %s\n", promise);
  abort();
}

target_run *target_open(const char *name)
{
  static const struct {
    const char *name;
    target_run *run;
  } targets[] = {
      {"edit", edit_target},
      {"kexinit", kexinit_target},
      {"known_hosts", known_hosts_target},
      {"screen", screen_target},
      {"scrub", scrub_target},
      {"telnet", telnet_target},
      {"wire", wire_target},
  };
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
    if (strcmp(targets[i].name, name) == 0)
      return targets[i].run;
  return target_script_open(name) ? target_script : NULL;
}

int LLVMFuzzerInitialize(const int *argc, char ***argv)
{
  (void)argc;
  (void)argv;
  const char *name = getenv("MOONWIRE_FUZZ"); // NOLINT(concurrency-mt-unsafe)
  chosen = target_open(name != NULL ? name : "");
  target_require(chosen != NULL, "MOONWIRE_FUZZ names a target");
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  chosen(data, size);
  return 0;
}
