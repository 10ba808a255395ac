/* The process that holds a pod's namespaces: it waits to be told to end, and buries what its pod leaves behind. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int number) {
  (void)number;
  _exit(0);
}

static void bury(int number) {
  (void)number;
  while (waitpid(-1, 0, WNOHANG) > 0) {
  }
}

int main(void) {
  struct sigaction on_child = {.sa_handler = bury, .sa_flags = SA_NOCLDSTOP};
  struct sigaction on_end = {.sa_handler = end};
  if (sigaction(SIGCHLD, &on_child, 0) || sigaction(SIGINT, &on_end, 0) || sigaction(SIGTERM, &on_end, 0)) return 1;
  for (;;) pause();
}
