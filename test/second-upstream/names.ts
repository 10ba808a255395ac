/** What the world calls the places that packages and images come from. */
export const packageHosts: readonly string[] = ['pkgs.k8s.io', 'download.docker.com']
export const registryHosts: readonly string[] = ['registry.k8s.io', 'ghcr.io']
