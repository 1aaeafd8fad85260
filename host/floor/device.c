/*
** device.c - one device on bare libssh and libuv: connect, log in, ask, wait for the
** prompt behind each answer, leave. A step is called again until it is through.
*/
#include "floor/device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FLUSHES = 4, REASONS = 3, TAIL = 128, FIRST_ADDRESS = 0x7f010001 };

struct device {
  uv_poll_t poll;
  struct fleet *fleet;
  ssh_session session;
  ssh_channel channel;
  struct ssh_channel_callbacks_struct callbacks;
  uint64_t started_ms;
  unsigned number, step, sent;
  int fd, events;
  size_t tail_length, prompt_length;
  char tail[TAIL], prompt[TAIL]; /* the last bytes it said; its prompt */
  bool is_open, is_held, is_closing;
};

static void on_poll(uv_poll_t *poll, int status, int events);

static void watch(struct device *device, int events)
{
  if (events != device->events)
    uv_poll_start(&device->poll, events, on_poll);
  device->events = events;
}

static void on_closed(uv_handle_t *handle)
{
  free(handle->data);
}

static void report(struct fleet *fleet, unsigned number, const char *why)
{
  if (fleet->failed++ < REASONS)
    fprintf(stderr, "floor: device %u: %s\n", number + 1,
            *why != '\0' ? why : "it ended the session");
}

static void close_session(struct device *device)
{
  int fd = device->fd;
  uv_poll_stop(&device->poll);
  if (device->session != NULL) {
    fd = ssh_get_fd(device->session); /* -1: libssh has closed it */
    ssh_disconnect(device->session);
    ssh_free(device->session);
  }
  if (fd >= 0)
    close(fd);
  uv_close((uv_handle_t *)&device->poll, on_closed);
}

/* 'why' it failed, or NULL. One that is held was counted as good before. */
static void end(struct device *device, const char *why)
{
  struct fleet *fleet = device->fleet;
  device->is_closing = true;
  fleet->running[device->number] = NULL;
  fleet->ok -= device->is_held;
  if (why == NULL)
    fleet->ok++;
  else
    report(fleet, device->number, why);
  fleet->open -= device->is_open;
  fleet->busy -= !device->is_held;
  close_session(device);
  device_start_more(fleet);
}

static int on_data(ssh_session session, ssh_channel channel, void *bytes,
                   uint32_t count, int is_stderr, void *userdata)
{
  struct device *device = userdata;
  size_t taken = count < TAIL ? count : TAIL;
  size_t room = TAIL - taken;
  size_t kept = device->tail_length < room ? device->tail_length : room;
  (void)session;
  (void)channel;
  (void)is_stderr;
  memmove(device->tail, device->tail + device->tail_length - kept, kept);
  memcpy(device->tail + kept, (const char *)bytes + count - taken, taken);
  device->tail_length = kept + taken;
  return (int)count;
}

static int step_connect(struct device *device)
{
  socklen_t size = sizeof errno;
  getsockopt(device->fd, SOL_SOCKET, SO_ERROR, &errno, &size);
  device->session = errno == 0 ? ssh_new() : NULL;
  return device->session != NULL ? SSH_OK : SSH_ERROR;
}

static int step_options(struct device *device)
{
  static const int no = 0;
  const struct {
    enum ssh_options_e option;
    const void *value;
  } options[] = {
      {SSH_OPTIONS_PROCESS_CONFIG, &no},
      {SSH_OPTIONS_SSH_DIR, "/nonexistent"},
      {SSH_OPTIONS_KNOWNHOSTS, "/dev/null"},
      {SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null"},
      {SSH_OPTIONS_HOST, "device"},
      {SSH_OPTIONS_USER, device->fleet->user},
      {SSH_OPTIONS_KEY_EXCHANGE, "curve25519-sha256"},
      {SSH_OPTIONS_HOSTKEYS, "ssh-ed25519"},
      {SSH_OPTIONS_CIPHERS_C_S, "aes128-gcm@openssh.com"},
      {SSH_OPTIONS_CIPHERS_S_C, "aes128-gcm@openssh.com"},
      {SSH_OPTIONS_FD, &device->fd},
  };
  ssh_set_blocking(device->session, 0);
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (ssh_options_set(device->session, options[i].option, options[i].value) != SSH_OK)
      return SSH_ERROR;
  return SSH_OK;
}

static int step_kex(struct device *device)
{
  int code = ssh_connect(device->session);
  if (code != SSH_ERROR)
    fcntl(device->fd, F_SETFL, O_NONBLOCK); /* libssh takes it away */
  return code;
}

static int step_auth(struct device *device)
{
  struct fleet *fleet = device->fleet;
  int code = ssh_userauth_password(device->session, NULL, fleet->password);
  if (code == SSH_AUTH_AGAIN)
    return SSH_AGAIN;
  if (code != SSH_AUTH_SUCCESS)
    return SSH_ERROR;
  device->is_open = true;
  if (++fleet->open > fleet->peak)
    fleet->peak = fleet->open;
  device->callbacks.userdata = device;
  device->callbacks.channel_data_function = on_data;
  ssh_callbacks_init(&device->callbacks);
  device->channel = ssh_channel_new(device->session);
  return ssh_set_channel_callbacks(device->channel, &device->callbacks);
}

static int step_open(struct device *device)
{
  return ssh_channel_open_session(device->channel);
}

static int step_pty(struct device *device)
{
  return ssh_channel_request_pty_size(device->channel, "vt100", 200, 50);
}

static int step_shell(struct device *device)
{
  return ssh_channel_request_shell(device->channel);
}

/* The first line that stops at # or > is the prompt. */
static bool learn_prompt(struct device *device)
{
  size_t last = device->tail_length, first = last;
  if (last == 0 || strchr("#>", device->tail[last - 1]) == NULL)
    return false;
  while (first > 0 && device->tail[first - 1] != '\n')
    first--;
  device->prompt_length = last - first;
  memcpy(device->prompt, device->tail + first, last - first);
  return true;
}

static bool has_prompt(struct device *device)
{
  size_t length = device->prompt_length;
  if (length == 0)
    return learn_prompt(device);
  const char *at = device->tail + device->tail_length - length;
  return device->tail_length > length && at[-1] == '\n' &&
         memcmp(at, device->prompt, length) == 0;
}

static int step_talk(struct device *device)
{
  char line[512];
  ssh_execute_message_callbacks(device->session);
  if (ssh_channel_is_eof(device->channel) != 0)
    return SSH_ERROR;
  if (!has_prompt(device))
    return SSH_AGAIN;
  if (device->sent > device->fleet->commands)
    return SSH_OK;
  device->tail_length = 0;
  int length =
      snprintf(line, sizeof line, "%.500s\n",
               device->sent++ == 0 ? "terminal length 0" : device->fleet->command);
  bool is_sent = ssh_channel_write(device->channel, line, (uint32_t)length) == length;
  return is_sent ? SSH_AGAIN : SSH_ERROR;
}

static int step_hold(struct device *device)
{
  struct fleet *fleet = device->fleet;
  if (!fleet->is_held)
    return SSH_OK;
  if (device->is_held) {
    ssh_execute_message_callbacks(device->session);
    return ssh_channel_is_eof(device->channel) != 0 ? SSH_ERROR : SSH_AGAIN;
  }
  device->is_held = true;
  fleet->busy--;
  fleet->ok++;
  device_start_more(fleet); /* if this was the last one, it is closed now */
  return SSH_AGAIN;
}

static void run_steps(struct device *device)
{
  static int (*const steps[])(struct device * device) = {
      step_connect, step_options, step_kex,  step_auth, step_open,
      step_pty,     step_shell,   step_talk, step_hold,
  };
  int code = SSH_OK;
  while (code == SSH_OK && device->step < sizeof steps / sizeof *steps) {
    code = steps[device->step](device);
    device->step += code == SSH_OK;
  }
  if (code == SSH_OK)
    end(device, NULL);
  else if (code != SSH_AGAIN)
    end(device, device->session != NULL ? ssh_get_error(device->session)
                                        : strerrordesc_np(errno));
}

static bool is_writing(const struct device *device)
{
  return !device->is_closing &&
         (ssh_get_status(device->session) & SSH_WRITE_PENDING) != 0;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
  struct device *device = poll->data;
  (void)events;
  if (status < 0)
    device->events = 0; /* libuv has stopped it; what is wrong, the steps will see */
  run_steps(device);
  for (int i = 0; i < FLUSHES && is_writing(device); i++)
    run_steps(device);
  if (device->is_closing)
    return;
  if ((ssh_get_status(device->session) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0) {
    end(device, ssh_get_error(device->session));
    return;
  }
  watch(device, is_writing(device) ? UV_READABLE | UV_WRITABLE : UV_READABLE);
}

static int open_socket(const struct fleet *fleet, unsigned number)
{
  const struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons((uint16_t)fleet->port),
      .sin_addr.s_addr = htonl(FIRST_ADDRESS + number),
  };
  int on = 1;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ||
      errno == EINPROGRESS)
    return fd;
  close(fd);
  return -1;
}

static bool start(struct fleet *fleet, unsigned number)
{
  int fd = open_socket(fleet, number);
  struct device *device = fd >= 0 ? calloc(1, sizeof *device) : NULL;
  if (device == NULL || uv_poll_init(&fleet->loop, &device->poll, fd) != 0) {
    report(fleet, number, strerrordesc_np(errno));
    if (fd >= 0)
      close(fd);
    free(device);
    return false;
  }
  device->poll.data = device;
  device->fleet = fleet;
  device->number = number;
  device->fd = fd;
  device->started_ms = uv_now(&fleet->loop);
  fleet->running[number] = device;
  watch(device, UV_WRITABLE);
  return true;
}

void device_start_more(struct fleet *fleet)
{
  while (fleet->started < fleet->devices && fleet->busy < fleet->concurrency)
    fleet->busy += start(fleet, fleet->started++);
  if (fleet->ok + fleet->failed == fleet->devices && fleet->busy == 0)
    fleet->on_done(fleet);
}

void device_end_late(struct fleet *fleet, uint64_t limit_ms)
{
  uint64_t now_ms = uv_now(&fleet->loop);
  for (unsigned i = 0; i < fleet->devices; i++) {
    struct device *device = fleet->running[i];
    if (device != NULL && !device->is_held && now_ms - device->started_ms > limit_ms)
      end(device, "it has not answered in time");
  }
}

void device_end_held(struct fleet *fleet)
{
  for (unsigned i = 0; i < fleet->devices; i++)
    if (fleet->running[i] != NULL)
      end(fleet->running[i], NULL);
}
