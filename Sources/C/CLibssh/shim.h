#include <libssh/libssh.h>
#include <libssh/callbacks.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/* `ssh_callbacks_init` is a macro. */
static inline void clibssh_prepare_channel_callbacks(struct ssh_channel_callbacks_struct *callbacks) {
    ssh_callbacks_init(callbacks);
}

/* Swift's Glibc has no eventfd: a counter that makes its descriptor readable. */
static inline int clibssh_event_descriptor(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/* Declared by Glibc for GNU sources only. */
int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);

/* Accepts a connection that no child process inherits and that never blocks; -1 with errno where there is none. */
static inline int clibssh_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}
