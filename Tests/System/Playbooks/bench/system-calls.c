// What the tasks of `scripts/bench play tasks` need of the kernel to find nothing to do: system-calls FOLDER COUNT
// Prints the milliseconds of one task.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[4096], path[4200], buffer[65536];
static struct stat status;

static void look(const char *name) {
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (stat(path, &status) != 0) { perror(path); exit(1); }
}

static void look_and_read(const char *name) {
    look(name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) { perror(path); exit(1); }
    while (read(file, buffer, sizeof buffer) > 0) {}
    close(file);
}

int main(int count, char **words) {
    if (count != 3) return 64;
    snprintf(folder, sizeof folder, "%s", words[1]);
    int tasks = atoi(words[2]);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int task = 1; task <= tasks; task++) {
        switch (task % 5) {
        case 1: look("."); break;               // a folder is there
        case 2: look_and_read("words"); break;  // a file has its content
        case 3: look_and_read("template"); break;
        case 4: look_and_read("words"); break;  // a file has a line
        case 0: look("done"); break;            // what a command creates is there
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("%.4f\n", 1000 * seconds / tasks);
}
