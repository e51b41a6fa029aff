#ifndef CLINUX_PROCESS_H
#define CLINUX_PROCESS_H

#include <linux/filter.h>
#include <linux/sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What was being done when it failed; reported from the child with errno.
enum clinux_stage {
    CLINUX_STAGE_NONE = 0,
    CLINUX_STAGE_CLONE,
    CLINUX_STAGE_SESSION,
    CLINUX_STAGE_JOIN_NAMESPACE,
    CLINUX_STAGE_CGROUP_NAMESPACE,
    CLINUX_STAGE_OOM_SCORE,
    CLINUX_STAGE_PROPAGATION,
    CLINUX_STAGE_ROOT,
    CLINUX_STAGE_MOUNT,
    CLINUX_STAGE_PIVOT,
    CLINUX_STAGE_HOSTNAME,
    CLINUX_STAGE_STDIO,
    CLINUX_STAGE_NO_NEW_PRIVILEGES,
    CLINUX_STAGE_SECCOMP,
    CLINUX_STAGE_CAPABILITIES,
    CLINUX_STAGE_USER,
    CLINUX_STAGE_WORKING_DIRECTORY,
    CLINUX_STAGE_EXEC,
};

enum clinux_mount_kind {
    CLINUX_MOUNT_BIND,         // source, and subpath inside it, appears at target
    CLINUX_MOUNT_FILE_SYSTEM,  // a new file system of a type, with flags and data
    CLINUX_MOUNT_SYMLINK,      // target becomes a link to source
    CLINUX_MOUNT_DEVICE,       // target becomes a device node of mode and device
    CLINUX_MOUNT_MASK,         // target, where it exists, shows nothing
    CLINUX_MOUNT_READ_ONLY,    // target, where it exists, cannot be written
    CLINUX_MOUNT_DIRECTORY,    // target exists as a folder
};

struct clinux_mount {
    enum clinux_mount_kind kind;
    const char *source;
    const char *subpath;
    const char *target;
    const char *type;
    const char *data;
    unsigned long flags;       // MS_… of a file system
    uint64_t attributes;       // MOUNT_ATTR_… of a bind, for everything below it
    mode_t mode;
    dev_t device;
};

// Everything between clone and exec, decided beforehand. Pointers that are NULL and counts that are 0 leave a step out.
struct clinux_process {
    uint64_t clone_flags;           // CLONE_NEW… without CLONE_NEWCGROUP
    bool new_cgroup_namespace;
    int cgroup;                     // a folder of cgroup v2 to be born in, or -1
    bool detached;                  // becomes a child of the nearest reaper instead of the caller
    bool dies_with_parent;

    const int *joined_namespaces;
    size_t joined_namespace_count;

    const char *oom_score_adjustment;

    const char *root;               // the mount point that becomes /; NULL keeps the caller's
    const char *root_type;          // NULL binds root onto itself
    const char *root_data;
    const char *root_directory;     // where relative paths in root_data start
    unsigned long root_flags;
    bool root_is_read_only;
    const struct clinux_mount *mounts;
    size_t mount_count;

    const char *hostname;

    int stdio[3];                   // -1 keeps the caller's
    int passed;                     // becomes descriptor 3, or -1

    bool no_new_privileges;
    bool sets_capabilities;
    uint64_t capabilities;          // bit n is capability n
    const struct sock_filter *filter;
    unsigned short filter_length;

    bool sets_user;
    uid_t user;
    gid_t group;
    const gid_t *groups;
    size_t group_count;

    const char *working_directory;
    const char *search_path;        // for argv[0] without a slash
    char *const *arguments;
    char *const *environment;
};

struct clinux_failure {
    int stage;
    int error;
    int index;                      // of the mount or namespace
};

// Starts a process and waits until it has called exec or failed to. Answers its pid (of a detached one the pid too),
// or -1 with the failure filled in; a failed child is reaped. The pidfd is set unless NULL or detached.
pid_t clinux_start(const struct clinux_process *process, int *pidfd, struct clinux_failure *failure);

// Opens a path as if root were /, so that no link leads out of it. Async-signal-safe.
int clinux_inside_open(int root, const char *path, uint64_t flags);

// Opens the folder that holds path's last component, making what is missing of it below root, and copies that
// component (at most NAME_MAX bytes) to name. Async-signal-safe.
int clinux_inside_parent(int root, const char *path, char *name);

// A filter that answers EPERM to system calls that only administer the machine, as far as the capabilities (bit n is
// capability n) do not include them; returns its length, 0 where max is too small.
unsigned short clinux_default_filter(uint64_t capabilities, struct sock_filter *out, unsigned short max);

#endif
