#ifndef MOONWIRE_FLOOR_DEVICE_H
#define MOONWIRE_FLOOR_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct device;

/* What is done, and how far it is. Devices are numbered from 0. */
struct fleet {
  const char *user, *password, *command;
  unsigned port, devices, concurrency, commands;
  bool is_held; /* every session stays open until the last device has answered */
  uv_loop_t loop;
  struct device **running; /* by number; NULL: not yet, or no more */
  unsigned started, busy, ok, failed, open, peak;
  void (*on_done)(struct fleet *fleet); /* all have answered or failed */
};

/* Start devices, at 127.1.0.1 and up, as many at a time as may be busy. */
void device_start_more(struct fleet *fleet);

/* Give up on those that are busy for longer than this. */
void device_end_late(struct fleet *fleet, uint64_t limit_ms);

/* Let those go that are held. */
void device_end_held(struct fleet *fleet);

#endif
