/*
** peer_first.c - the first line of a client, for a device that may share no algorithm
** with it. libssh's server puts its offer together when it has read the client's
** identification, and closes the socket before the offer is written if the client's
** own one came in the same read and does not suit it. Through a jump host both come
** together: nobody would ever learn what the device offers. So libssh is given the
** identification alone, on a socket of its own, and what it says to it is sent on.
*/
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/peer.h"

enum { FIRST = 1024, OFFER = 8192, ROUNDS = 4 };

static ssize_t ask_alone(struct peer *peer, int end, const char *line, size_t length,
                         char offer[OFFER])
{
  if (send(end, line, length, MSG_NOSIGNAL) != (ssize_t)length)
    return -1;
  ssh_handle_key_exchange(peer->session);
  for (int i = 0; i < ROUNDS; i++)
    if ((ssh_get_status(peer->session) & SSH_WRITE_PENDING) != 0)
      ssh_handle_key_exchange(peer->session);
  return recv(end, offer, OFFER, MSG_DONTWAIT);
}

/* Under libssh's hands its socket is the pair's for as long as this takes. */
static void hand_over(struct peer *peer, const char *line, size_t length)
{
  int ends[2], fd = ssh_get_fd(peer->session);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
    return; /* then it is as libssh has it */
  int real_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (real_fd >= 0 && dup3(ends[0], fd, O_CLOEXEC) == fd) {
    char offer[OFFER];
    ssize_t n = ask_alone(peer, ends[1], line, length, offer);
    if (ssh_get_fd(peer->session) == fd)
      dup3(real_fd, fd, O_CLOEXEC);
    if (n > 0)
      peer->is_lost |= send(real_fd, offer, (size_t)n, MSG_NOSIGNAL) != n;
  }
  if (real_fd >= 0)
    close(real_fd);
  close(ends[0]);
  close(ends[1]);
}

void peer_hear_first(struct peer *peer)
{
  char first[FIRST];
  int fd = ssh_get_fd(peer->session);
  ssize_t n = recv(fd, first, sizeof first, MSG_PEEK | MSG_DONTWAIT);
  const char *end = n > 0 ? memchr(first, '\n', (size_t)n) : NULL;
  if (end == NULL)
    return;
  size_t length = (size_t)(end - first) + 1;
  peer->is_choosy = false;
  if (recv(fd, first, length, MSG_DONTWAIT) == (ssize_t)length)
    hand_over(peer, first, length);
}
