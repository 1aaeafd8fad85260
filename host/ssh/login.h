#ifndef MOONWIRE_SSH_LOGIN_H
#define MOONWIRE_SSH_LOGIN_H

#include "ssh/client.h"

/* The next step has begun: its clock and its deadline. */
void login_begin(struct client *client, enum phase phase);

/* A socket leads to the device: speak SSH on it. It is the client's from here on. */
void login_start_ssh(struct client *client, int socket_fd);

/* Go on with the login: the socket has something, or room. Inside enter and leave. */
void login_step(struct client *client);

/* Look at what libssh is about to take, as long as the offer is not known. */
void login_see_offer(struct client *client);

/* Put the connected socket on the loop. False: the loop cannot take it. */
bool client_watch(struct client *client);

/* One step of authentication (auth.c): SSH_AUTH_AGAIN, SSH_AUTH_SUCCESS, or failed. */
void auth_step(struct client *client);

/*
** Whether the server's host key is the device's (verify.c). Nothing secret is sent
** before this has said so; otherwise the client has failed.
*/
bool verify_host_key(struct client *client);

#endif
