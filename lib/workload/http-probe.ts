import { k8s } from 'cdk8s-plus-27';

/** A probe of a container port, by its name. */
export function httpProbe(port: string, path: string, timing: { periodSeconds: number; failureThreshold: number }): k8s.Probe {
  return { httpGet: { path, port: k8s.IntOrString.fromString(port) }, timeoutSeconds: 5, ...timing };
}
