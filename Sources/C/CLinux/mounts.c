#define _GNU_SOURCE
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int clinux_inside_open(int root, const char *path, uint64_t flags) {
    while (*path == '/') path++;
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof how);
}

int clinux_inside_parent(int root, const char *path, char *name) {
    char buffer[PATH_MAX];
    while (*path == '/') path++;
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/') length--;
    if (length == 0 || length >= sizeof buffer) {
        errno = length == 0 ? EINVAL : ENAMETOOLONG;
        return -1;
    }
    memcpy(buffer, path, length);
    buffer[length] = 0;
    int parent = clinux_inside_open(root, "/", O_PATH | O_DIRECTORY);
    for (char *slash = buffer; parent >= 0 && (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        int next = clinux_inside_open(root, buffer, O_PATH | O_DIRECTORY);
        if (next < 0 && errno == ENOENT) {
            const char *last = strrchr(buffer, '/');
            if (mkdirat(parent, last ? last + 1 : buffer, 0755) == 0 || errno == EEXIST)
                next = clinux_inside_open(root, buffer, O_PATH | O_DIRECTORY);
        }
        int error = errno;
        close(parent);
        errno = error;
        parent = next;
        *slash = '/';
    }
    if (parent < 0) return -1;
    const char *last = strrchr(buffer, '/');
    const char *component = last ? last + 1 : buffer;
    if (strlen(component) > NAME_MAX) {
        close(parent);
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(name, component);
    return parent;
}

// Opens path below root, as a folder or an empty file made where nothing is.
static int open_or_make(int root, const char *path, bool folder) {
    int found = clinux_inside_open(root, path, O_PATH);
    if (found >= 0 || errno != ENOENT) return found;
    char name[NAME_MAX + 1];
    int parent = clinux_inside_parent(root, path, name);
    if (parent < 0) return -1;
    int made = folder ? mkdirat(parent, name, 0755) : mknodat(parent, name, S_IFREG | 0644, 0);
    int error = errno;
    close(parent);
    if (made < 0 && error != EEXIST) {
        errno = error;
        return -1;
    }
    return clinux_inside_open(root, path, O_PATH);
}

static int close_keeping_errno(int descriptor, int result) {
    int error = errno;
    close(descriptor);
    errno = error;
    return result;
}

static int attach_tree(int tree, int target, uint64_t attributes, bool recursive) {
    struct mount_attr change = {.attr_set = attributes};
    unsigned int flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    if (attributes && mount_setattr(tree, "", flags, &change, sizeof change) < 0) return -1;
    return move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static int bind(int root, const struct clinux_mount *mount) {
    int source = open(mount->source, O_PATH | O_CLOEXEC);
    if (source < 0) return -1;
    if (mount->subpath) {
        int inner = open_or_make(source, mount->subpath, true);
        close_keeping_errno(source, 0);
        if (inner < 0) return -1;
        source = inner;
    }
    struct stat information;
    if (fstat(source, &information) < 0) return close_keeping_errno(source, -1);
    int tree = open_tree(source, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
    close_keeping_errno(source, 0);
    if (tree < 0) return -1;
    int target = open_or_make(root, mount->target, S_ISDIR(information.st_mode));
    if (target < 0) return close_keeping_errno(tree, -1);
    int result = attach_tree(tree, target, mount->attributes, true);
    close_keeping_errno(target, 0);
    return close_keeping_errno(tree, result);
}

static int mount_at(int target, const char *source, const char *type, unsigned long flags, const char *data) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", target);
    return mount(source, path, type, flags, data);
}

static int file_system(int root, const struct clinux_mount *mount) {
    int target = open_or_make(root, mount->target, true);
    if (target < 0) return -1;
    return close_keeping_errno(
        target, mount_at(target, mount->source ? mount->source : mount->type, mount->type, mount->flags, mount->data));
}

static int make_entry(int root, const struct clinux_mount *mount) {
    char name[NAME_MAX + 1];
    int parent = clinux_inside_parent(root, mount->target, name);
    if (parent < 0) return -1;
    int result = mount->kind == CLINUX_MOUNT_SYMLINK ? symlinkat(mount->source, parent, name)
                                                     : mknodat(parent, name, mount->mode, mount->device);
    if (result < 0 && errno == EEXIST) result = 0;
    return close_keeping_errno(parent, result);
}

static int mask(int root, const struct clinux_mount *mount) {
    int target = clinux_inside_open(root, mount->target, O_PATH);
    if (target < 0) return errno == ENOENT ? 0 : -1;
    struct stat information;
    int result = fstat(target, &information);
    if (result == 0 && S_ISDIR(information.st_mode)) {
        result = mount_at(target, "tmpfs", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=0k");
    } else if (result == 0) {
        int tree = open_tree(AT_FDCWD, "/dev/null", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        result = tree < 0 ? -1 : close_keeping_errno(tree, attach_tree(tree, target, 0, false));
    }
    return close_keeping_errno(target, result);
}

static int read_only(int root, const struct clinux_mount *mount) {
    int target = clinux_inside_open(root, mount->target, O_PATH);
    if (target < 0) return errno == ENOENT ? 0 : -1;
    int tree = open_tree(target, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
    int result = tree < 0 ? -1 : close_keeping_errno(tree, attach_tree(tree, target, MOUNT_ATTR_RDONLY, true));
    return close_keeping_errno(target, result);
}

int clinux_mount_inside(int root, const struct clinux_mount *mount) {
    switch (mount->kind) {
    case CLINUX_MOUNT_BIND: return bind(root, mount);
    case CLINUX_MOUNT_FILE_SYSTEM: return file_system(root, mount);
    case CLINUX_MOUNT_SYMLINK:
    case CLINUX_MOUNT_DEVICE: return make_entry(root, mount);
    case CLINUX_MOUNT_MASK: return mask(root, mount);
    case CLINUX_MOUNT_READ_ONLY: return read_only(root, mount);
    case CLINUX_MOUNT_DIRECTORY: {
        int folder = open_or_make(root, mount->target, true);
        return folder < 0 ? -1 : close_keeping_errno(folder, 0);
    }
    }
    errno = EINVAL;
    return -1;
}
