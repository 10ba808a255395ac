/**
 * What a line that kubeadm prints tells of the step that it is at, as `[certs] Generating "ca" certificate and key`;
 * undefined for other lines, as warnings and hints.
 */
export const stepIn = (line: string): string | undefined => /^\[[a-z-]+\] .*\S/.exec(line)?.[0]
