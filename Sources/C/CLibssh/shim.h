#include <libssh/libssh.h>
#include <libssh/callbacks.h>
#include <sys/eventfd.h>

/* `ssh_callbacks_init` is a macro. */
static inline void clibssh_prepare_channel_callbacks(struct ssh_channel_callbacks_struct *callbacks) {
    ssh_callbacks_init(callbacks);
}

/* Swift's Glibc has no eventfd: a counter that makes its descriptor readable. */
static inline int clibssh_event_descriptor(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/*
 * Glibc declares it for GNU sources only. Its header is not included: Swift would then find what that declares in this
 * module only. A connection that it accepts is inherited by no child process and never blocks, by `flags`.
 */
struct sockaddr;
int accept4(int listener, struct sockaddr *address, unsigned int *length, int flags);

static inline int clibssh_accept(int listener, int flags) {
    return accept4(listener, (struct sockaddr *)0, (unsigned int *)0, flags);
}
