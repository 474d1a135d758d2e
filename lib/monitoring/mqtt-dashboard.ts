import { checkOptions } from '../manifest/options';

/** Options of a dashboard in a ConfigMap. */
export interface MqttDashboardConfigMapOptions {
  /**
   * Labels by which the sidecar of the Grafana Helm chart finds the ConfigMap.
   * @default - `grafana_dashboard: "1"`, what kube-prometheus-stack looks for (https://github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/values.yaml, `grafana.sidecar.dashboards`)
   */
  readonly labels?: { [key: string]: string };

  /**
   * Folder in Grafana, written as the annotation `grafana_folder`. The sidecar obeys it when `sidecar.dashboards.folderAnnotation: grafana_folder` and
   * `sidecar.dashboards.provider.foldersFromFilesStructure: true` are set in the Grafana Helm chart.
   * @default - the folder of the sidecar
   */
  readonly folder?: string;
}

/** Options of a dashboard for the Grafana Operator. */
export interface MqttGrafanaDashboardOptions {
  /** Labels of the Grafana resources that get the dashboard (`spec.instanceSelector.matchLabels`). Grafana Operator makes it immutable. */
  readonly instanceLabels: { [key: string]: string };

  /**
   * Labels of the GrafanaDashboard.
   * @default - only the labels of the monitoring
   */
  readonly labels?: { [key: string]: string };

  /**
   * Title of the folder in Grafana; it is created when it does not exist.
   * @default - the General folder
   */
  readonly folder?: string;

  /**
   * Whether Grafana resources of other namespaces get the dashboard too. Cannot be taken back without deleting the GrafanaDashboard.
   * @default false
   */
  readonly allowCrossNamespaceImport?: boolean;
}

/** How Grafana gets the dashboard of a cluster. */
export class MqttDashboard {
  /** A ConfigMap that the sidecar of the Grafana Helm chart (also part of kube-prometheus-stack) loads. */
  public static configMap(options: MqttDashboardConfigMapOptions = {}): MqttDashboard {
    checkOptions('MqttDashboard.configMap', options);
    return new MqttDashboard({ kind: 'ConfigMap', options });
  }

  /** A GrafanaDashboard (`grafana.integreatly.org/v1beta1`) for the Grafana Operator. */
  public static grafanaDashboard(options: MqttGrafanaDashboardOptions): MqttDashboard {
    checkOptions('MqttDashboard.grafanaDashboard', options);
    return new MqttDashboard({ kind: 'GrafanaDashboard', options });
  }

  /** No dashboard. */
  public static none(): MqttDashboard {
    return new MqttDashboard();
  }

  private constructor(
    /** @internal */
    public readonly _carrier?: DashboardCarrier,
  ) {}
}

type DashboardCarrier =
  | { readonly kind: 'ConfigMap'; readonly options: MqttDashboardConfigMapOptions }
  | { readonly kind: 'GrafanaDashboard'; readonly options: MqttGrafanaDashboardOptions };
