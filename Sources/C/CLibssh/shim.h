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
