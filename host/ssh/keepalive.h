#ifndef MOONWIRE_SSH_KEEPALIVE_H
#define MOONWIRE_SSH_KEEPALIVE_H

#include "ssh/client.h"

/* Look after a connection that has just come up, when it was asked for. */
void keepalive_begin(struct client *client);

/* The device has sent something, whatever it is. */
static inline void keepalive_hear(struct client *client)
{
  client->keepalive.heard_ms = uv_now(client->loop);
  client->keepalive.missed = 0;
}

void keepalive_end(struct client *client);

#endif
