{{- define "mqtt.selector" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/name: mqtt-broker
{{- end }}

{{- define "mqtt.labels" -}}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: mqtt
{{ include "mqtt.selector" .root }}
{{- end }}

{{- define "mqtt.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "mqtt.labels" (dict "root" .root "component" .component) | nindent 2 }}
{{- end }}

{{- define "mqtt.broker" -}}
{{ include "mqtt.metadata" (dict "root" . "name" .Release.Name "component" "broker") }}
{{- end }}
