/**
 * The Kubernetes minor version that manifests are written for. A field that it does not know is never emitted;
 * a promise that needs such a field is an error that names the version.
 */
export class KubernetesVersion {
  /** Kubernetes 1.27, the oldest that is supported. */
  public static readonly V1_27 = new KubernetesVersion(27);
  /** Kubernetes 1.28. */
  public static readonly V1_28 = new KubernetesVersion(28);
  /** Kubernetes 1.29, the first in which the TCP keepalive sysctls are safe. */
  public static readonly V1_29 = new KubernetesVersion(29);
  /** Kubernetes 1.30. */
  public static readonly V1_30 = new KubernetesVersion(30);
  /** Kubernetes 1.31. */
  public static readonly V1_31 = new KubernetesVersion(31);
  /** Kubernetes 1.32. */
  public static readonly V1_32 = new KubernetesVersion(32);
  /** Kubernetes 1.33. */
  public static readonly V1_33 = new KubernetesVersion(33);
  /** Kubernetes 1.34. */
  public static readonly V1_34 = new KubernetesVersion(34);
  /** Kubernetes 1.35, the oldest that upstream supports (https://kubernetes.io/releases/, November 2026), and the default. */
  public static readonly V1_35 = new KubernetesVersion(35);
  /** Kubernetes 1.36. */
  public static readonly V1_36 = new KubernetesVersion(36);
  /** Kubernetes 1.37, the newest that is known. */
  public static readonly V1_37 = new KubernetesVersion(37);

  /**
   * A version by its name, for example `1.35`.
   *
   * @throws if it is not `1.<minor>` with a minor from 27 to 37.
   */
  public static of(version: string): KubernetesVersion {
    const minor = /^v?1\.(\d+)(\.\d+)?$/.exec(version)?.[1];
    if (minor === undefined || Number(minor) < 27 || Number(minor) > 37) {
      throw new Error(`'${version}' is not a Kubernetes version that this library knows: write one from '1.27' to '1.37'`);
    }
    return new KubernetesVersion(Number(minor));
  }

  private constructor(
    /** The minor version: 35 for Kubernetes 1.35. */
    public readonly minor: number,
  ) {}

  /** Whether this version is Kubernetes 1.`minor` or newer. */
  public isAtLeast(minor: number): boolean {
    return this.minor >= minor;
  }

  /** The version as people write it, for example `1.35`. */
  public toString(): string {
    return `1.${this.minor}`;
  }
}
