import type { MqttFile } from './mqtt-file';
import type { ArgumentErrors } from '../manifest/arguments';

/** What cannot work about a reference to a file; `undefined` passes. Answers whether it can be looked at. */
export function checkFile(errors: ArgumentErrors, at: string, file: MqttFile | undefined, key: string): file is MqttFile {
  const example = `MqttFile.fromConfigMap(ConfigMap.fromConfigMapName(this, 'File', 'the-config-map'), '${key}')`;
  if (!errors.like(at, file, ['key'], example)) return false;
  errors.reference(at, file.secretName ?? file.configMapName, 'Secret or ConfigMap', example);
  errors.dataKey(`${at} key`, file.key ?? null);
  return true;
}
