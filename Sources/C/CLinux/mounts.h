#ifndef CLINUX_MOUNTS_H
#define CLINUX_MOUNTS_H

#include "include/clinux_process.h"

// Carries out one mount below root. No link inside root leads out of it. Async-signal-safe.
int clinux_mount_inside(int root, const struct clinux_mount *mount);

#endif
