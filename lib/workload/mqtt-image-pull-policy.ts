/** When the kubelet pulls the image. */
export enum MqttImagePullPolicy {
  /** When the node does not have it. */
  IF_NOT_PRESENT = 'IfNotPresent',
  /** At each start. */
  ALWAYS = 'Always',
  /** Never: the node has it, or the pod does not start. */
  NEVER = 'Never',
}
