/*
** login.c - the steps from a connected socket to a logged-in session: banner, key
** exchange, host key, authentication. One deadline and one clock per step. How the
** socket comes about is in route.c.
*/
#include "ssh/login.h"

#include <errno.h>
#include <libssh/callbacks.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ssh/forward.h"
#include "ssh/keepalive.h"
#include "ssh/kexinit.h"

/* Far more than any login takes, and little for one that never ends. */
static const uint64_t MOST_BEFORE_LOGIN = 1 << 20;

const char *phase_name(enum phase phase)
{
  static const char *const names[PHASE_COUNT] = {"resolve", "connect", "jump", "banner",
                                                 "kex",     "hostkey", "auth", "shell"};
  return names[phase];
}

static const char *lateness(enum phase phase)
{
  static const char *const words[PHASE_COUNT] = {
      "no name server answered",
      "no answer to the connection request",
      "the jump host or command did not get through to it",
      "connected, but the device said nothing",
      "the key exchange did not end",
      "the host key was not checked",
      "the login was not answered",
      "the shell was not opened"};
  return words[phase];
}

static void on_late(struct deadline *deadline)
{
  struct client *c =
      (struct client *)(void *)((char *)deadline - offsetof(struct client, deadline));
  const char *refused = c->dial != NULL ? c->dial->message : "";
  client_enter(c);
  client_fail(c, ERROR_TIMEOUT, "%s within %g s%s%s", lateness(c->phase),
              (double)c->login->timeout_ns[c->phase] / 1e9,
              *refused != '\0' ? "; " : "", refused);
  client_leave(c);
}

void login_begin(struct client *c, enum phase phase)
{
  uint64_t now_ns = uv_hrtime();
  if (c->phase_start_ns != 0)
    c->phase_ns[c->phase] = now_ns - c->phase_start_ns;
  c->phase = phase;
  c->phase_start_ns = now_ns;
  if (!deadline_arm(c->deadlines, &c->deadline, c->login->timeout_ns[phase], on_late))
    client_fail(c, ERROR_LOCAL, "not enough memory");
}

static bool introduce(struct client *c, int socket_fd)
{
  switch (greeter_begin(&c->shared->greeter, c->session, socket_fd, &c->fd)) {
  case GREETING_SENT:
    return true;
  case GREETING_NO_DESCRIPTOR:
    client_fail(c, ERROR_LOCAL, "no descriptor left: %s", uv_strerror(-errno));
    return false;
  case GREETING_FAILED:
    client_fail(c, ERROR_LOCAL, "cannot start SSH: %s", ssh_get_error(c->session));
    return false;
  case GREETING_LOST:
    if (c->proxy != NULL)
      return true; /* the command's end, which is near, tells more */
    client_fail(c, ERROR_DROPPED, "the device ended the connection at once");
    return false;
  }
  return false;
}

void login_start_ssh(struct client *c, int socket_fd)
{
  const struct login *login = c->login;
  const char *const lists[PRESET_LISTS] = {
      [PRESET_KEX] = login->kex,
      [PRESET_HOSTKEYS] = login->hostkey_types,
      [PRESET_CIPHERS] = login->ciphers,
      [PRESET_MACS] = login->macs,
      [PRESET_PUBLICKEYS] = login->publickey_types,
  };
  char why[CLIENT_MESSAGE];
  c->session = preset_session(&c->shared->presets, lists, why, sizeof why);
  if (c->session == NULL) {
    client_fail(c, ERROR_ALGORITHM, "%s", why);
    close(socket_fd);
    return;
  }
  if (introduce(c, socket_fd) && !client_watch(c))
    client_fail(c, ERROR_LOCAL, "the loop takes no more descriptors");
  ssh_set_counters(c->session, &c->traffic, NULL);
  if (c->forward != NULL)
    forward_count(c->forward, &c->traffic);
}

static void fail_not_ssh(struct client *c, const char *what, const char *bytes,
                         size_t n)
{
  char shown[64];
  size_t length = 0;
  for (size_t i = 0; i < n && length < 40; i++) {
    if (bytes[i] == '\r' || bytes[i] == '\n')
      break;
    shown[length++] = bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '.';
  }
  shown[length] = '\0';
  client_fail(c, ERROR_PROTOCOL, "port %u speaks %s, not SSH (it said \"%s\")",
              (unsigned)c->login->port, what, shown);
}

static const char *foreign_protocol(const char *bytes, size_t n)
{
  const unsigned char *u = (const unsigned char *)bytes;
  if (n >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
    return "HTTP";
  if (n >= 3 && (u[0] == 0x15 || u[0] == 0x16) && u[1] == 0x03)
    return "TLS";
  if (n >= 2 && u[0] == 0xff && u[1] >= 0xfb)
    return "telnet";
  return NULL;
}

static void keep_opening(struct client *c, const char *bytes, size_t length)
{
  char *opening = realloc(c->opening, c->opening_length + length);
  if (opening == NULL)
    return;
  memcpy(opening + c->opening_length, bytes, length);
  c->opening = opening;
  c->opening_length += length;
}

/* Its offer may come behind its identification: libssh would take it and forget it. */
void login_see_offer(struct client *c)
{
  struct kexinit_list lists[ALGORITHMS_COUNT];
  char bytes[KEXINIT_SIZE];
  if (c->opening == NULL || c->opening_length >= sizeof bytes ||
      kexinit_offers(c->opening, c->opening_length, lists))
    return;
  ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  if (n > 0)
    keep_opening(c, bytes, (size_t)n);
}

/* Look at the device's first bytes without taking them. */
static bool see_banner(struct client *c)
{
  char bytes[KEXINIT_SIZE];
  ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return false;
  if (n <= 0 && c->proxy != NULL) {
    watch_stop(&c->watch); /* the command's end tells more than that of its output */
    return false;
  }
  if (n <= 0) {
    client_fail(c, ERROR_DROPPED,
                "the device ended the connection before it said anything "
                "(has it no session left, or does it refuse this address?)");
    return false;
  }
  const char *what = foreign_protocol(bytes, (size_t)n);
  if (what != NULL) {
    fail_not_ssh(c, what, bytes, (size_t)n);
    return false;
  }
  keep_opening(c, bytes, (size_t)n);
  login_begin(c, PHASE_KEX);
  return true;
}

static void fail_kex(struct client *c)
{
  char text[CLIENT_MESSAGE - 64];
  snprintf(text, sizeof text, "%s", ssh_get_error(c->session));
  bool has_match = strstr(text, "no match for method") == NULL;
  if (has_match && c->opening != NULL)
    has_match =
        !kexinit_mismatch(c->opening, c->opening_length, c->login, text, sizeof text);
  if (!has_match)
    client_fail(c, ERROR_ALGORITHM, "%s", text);
  else if (strstr(text, "disconnected") != NULL || strstr(text, "reset") != NULL ||
           strstr(text, "Socket error") != NULL || text[0] == '\0')
    client_fail(c, ERROR_DROPPED,
                "the device ended the connection during the key exchange%s%s",
                text[0] != '\0' ? ": " : "", text);
  else
    client_fail(c, ERROR_PROTOCOL, "the key exchange failed: %s", text);
}

static void exchange_keys(struct client *c)
{
  if (c->has_begun_kex)
    login_see_offer(c);
  c->has_begun_kex = true;
  int code = ssh_connect(c->session);
  if (code == SSH_AGAIN)
    return;
  if (code != SSH_OK) {
    fail_kex(c);
    return;
  }
  login_begin(c, PHASE_HOSTKEY);
  if (!verify_host_key(c))
    return;
  free(c->opening);
  c->opening = NULL;
  c->is_key_verified = true;
  login_begin(c, PHASE_AUTH);
  auth_step(c);
}

static void settle_login(struct client *c)
{
  if (!c->is_up || c->error != ERROR_NONE)
    return;
  deadline_disarm(c->deadlines, &c->deadline);
  c->phase_ns[PHASE_AUTH] = uv_hrtime() - c->phase_start_ns;
  c->phase = PHASE_SHELL;
  c->phase_start_ns = uv_hrtime();
  c->keepalive.interval_ms = c->login->keepalive_ms;
  c->keepalive.count = c->login->keepalive_count;
  keepalive_begin(c);
}

static void see_flood(struct client *c)
{
  if (!c->is_up && c->traffic.in_bytes > MOST_BEFORE_LOGIN)
    client_fail(c, ERROR_PROTOCOL, "the device floods: %llu bytes before the login",
                (unsigned long long)c->traffic.in_bytes);
}

void login_step(struct client *c)
{
  if (c->phase < PHASE_KEX && !see_banner(c))
    return;
  if (c->phase == PHASE_KEX)
    exchange_keys(c);
  else if (c->phase == PHASE_AUTH)
    auth_step(c);
  see_flood(c);
  settle_login(c);
}
